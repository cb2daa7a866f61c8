"""Row numbers as text."""

from __future__ import annotations

import pytest

from kernel import numbers


@pytest.mark.parametrize("text", ["", None, "0", "-1", "1.0", "²", "١٢", "1e3", "9" * 19, str(2**63), "9" * 5000])
def test_what_no_row_can_have_is_no_number(text: object) -> None:
    assert numbers.row_id(text) is None


def test_a_rows_number_is_read_with_blanks_around_it() -> None:
    assert numbers.row_id(" 42 ") == 42
    assert numbers.row_id(2**63 - 1) == 2**63 - 1
