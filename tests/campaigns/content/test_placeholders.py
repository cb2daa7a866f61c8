"""The language of personal messages does what it says and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.content import notices, personalising, placeholders


def test_a_value_comes_before_the_fallback_and_the_fallback_before_the_default() -> None:
    text = "{称呼|贵宾}，{客户经理}为您服务"
    assert placeholders.render(text, {"称呼": "王女士", "客户经理": "李雷"}) == "王女士，李雷为您服务"
    assert placeholders.render(text, {}) == "贵宾，您的客户经理为您服务"
    assert placeholders.render("{称呼|}好", {}) == "好"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{余额}", "placeholder.amount"),
        ("您的{存款余额|}到期", "placeholder.amount"),
        ("{姓名}", "placeholder.unknown"),
        ("{}", "placeholder.unknown"),
        ("{称呼", "placeholder.stray_brace"),
        ("称呼}", "placeholder.stray_brace"),
    ],
)
def test_what_is_not_in_the_language_is_a_finding(text: str, code: str) -> None:
    (found,) = placeholders.check(text)
    assert (found.code, found.is_blocking) == (code, True)


def test_the_known_ones_are_no_finding() -> None:
    assert placeholders.check("{称呼|您}好，{客户经理}提醒{客户等级}：{活动链接}") == []


@given(st.text(), st.dictionaries(st.sampled_from(sorted(placeholders.KNOWN)), st.text()))
def test_a_text_without_braces_stays_as_it_is(text: str, values: dict[str, str]) -> None:
    plain = text.replace("{", "").replace("}", "")
    assert placeholders.render(plain, values) == plain


@given(st.text(), st.text())
def test_a_value_is_never_read_as_language(value: str, around: str) -> None:
    around = around.replace("{", "").replace("}", "")
    if value:
        assert placeholders.render(around + "{称呼}", {"称呼": value}) == around + value


@pytest.mark.parametrize(
    ("name", "gender", "said"),
    [
        ("王芳", "f", "王女士"),
        ("欧阳修文", "m", "欧阳先生"),
        ("王芳", "", "王芳"),
        ("", "f", ""),
        (" 李雷 ", "M", "李先生"),
    ],
)
def test_a_client_is_addressed_by_family_name(name: str, gender: str, said: str) -> None:
    assert personalising.salutation(name, gender) == said


def test_marketing_offers_a_way_out_once() -> None:
    assert notices.complete("活动开始了", "marketing").endswith(notices.OPT_OUT)
    assert notices.complete("回复退订", "marketing") == "回复退订"
    assert notices.complete("您的票", "service") == "您的票"
