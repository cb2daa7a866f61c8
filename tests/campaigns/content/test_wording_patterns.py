"""The small language of the rules, as people read it."""

from __future__ import annotations

import pytest

from campaigns.content import rules, wording_patterns
from kernel.errors import Refused


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("比(存款|定期)(|更)划算", "比存款更划算"),
        ("收益…#%", "收益…5%"),
        ("您(的(存款|卡))…¥", "您的存款…5万元"),
        ("保本", "保本"),
    ],
)
def test_a_pattern_has_an_example(pattern: str, said: str) -> None:
    assert wording_patterns.example(pattern) == said


def test_every_shipped_example_can_be_read() -> None:
    for rule in rules.SHIPPED.rules:
        for word in rule.words:
            assert not set(wording_patterns.example(word)) & set("()|#¥"), word


@pytest.mark.parametrize(
    "source", ["保…本…利…息…高", "(保|)" * 12 + "本", "(保|保本)" * 12, "((保|)(保|)|保)" * 6, "#" * 5]
)
def test_a_pattern_that_could_be_tried_for_ever_is_refused(source: str) -> None:
    with pytest.raises(Refused):
        wording_patterns.check_pace(source)


@pytest.mark.parametrize("source", ["收益…(高|好)", "比(存款|定期|活期)(更|)划算", "您的…¥", "手慢无"])
def test_an_ordinary_pattern_is_let_in(source: str) -> None:
    wording_patterns.check_pace(source)
