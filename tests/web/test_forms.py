"""Forms become dataclasses or sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from web import forms


@dataclass(frozen=True)
class Sample:
    name: str = forms.field("名称", longest=5)
    seats: int = forms.field("席位", least=1, most=60)
    rate: Decimal | None = forms.field("比例", default=None)
    on: date | None = forms.field("日期", default=None)
    at: datetime | None = forms.field("时间", default=None)
    kind: Literal["a", "b"] = forms.field("类型", default="a")
    tags: list[int] = forms.field("标签", default_factory=list)
    agreed: bool = forms.field("同意", default=False)


def _parse(*pairs: tuple[str, str]) -> forms.Reading[Sample]:
    return forms.parse(FormData(list(pairs)), Sample)


def test_a_whole_form_is_converted():
    reading = _parse(
        ("name", " 沙龙 "), ("seats", "1,0"), ("rate", "0.2"), ("on", "2026-09-18"), ("at", "2026-09-18T10:00"),
        ("kind", "b"), ("tags", "1"), ("tags", "2"), ("agreed", "on"),
    )  # fmt: skip
    at = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
    assert reading.form == Sample("沙龙", 10, Decimal("0.2"), date(2026, 9, 18), at, "b", [1, 2], True)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "请填写名称"),
        ("name", "一二三四五六", "名称最多 5 个字"),
        ("name", "a\x00b", "名称含有不可用的字符"),
        ("seats", "许多", "席位请填整数"),
        ("seats", "0", "席位不能小于 1"),
        ("seats", "61", "席位不能大于 60"),
        ("seats", "9" * 30, "席位请填整数"),
        ("rate", "NaN", "比例请填数字"),
        ("on", "2026-02-30", "日期请填日期，例如 2026-09-18"),
        ("at", "soon", "时间请填日期和时间"),
        ("kind", "c", "类型请从列表中选择"),
        ("tags", "x", "标签请填整数"),
    ],
)
def test_what_is_wrong_is_said_per_field(field, value, sentence):
    pairs = dict({"name": "沙龙", "seats": "3"}, **{field: value})
    reading = _parse(*pairs.items())
    assert reading.form is None
    assert reading.errors == {field: sentence}


@given(st.lists(st.tuples(st.sampled_from(["name", "seats", "rate", "on", "at", "kind", "tags"]), st.text())))
def test_no_input_is_a_bug(pairs):
    reading = _parse(*pairs)
    assert (reading.form is None) == bool(reading.errors)
