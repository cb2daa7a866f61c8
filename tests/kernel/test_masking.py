from __future__ import annotations

from kernel import masking


def test_names_keep_the_family_name():
    assert [masking.name(one) for one in ("张三", "欧阳修文", "李", " 王小明 ")] == ["张*", "欧**文", "李", "王*明"]


def test_phones_keep_three_and_four_and_short_ones_nothing():
    assert masking.phone("13812345678") == "138****5678"
    assert masking.phone("1234567") == "****"


def test_account_numbers_keep_the_last_four():
    assert masking.account("6222021234567890123") == "**** 0123"
    assert masking.account("123") == "****"
