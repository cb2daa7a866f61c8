"""The small language of the rules, as people read it."""

from __future__ import annotations

import pytest

from campaigns.content import rules, wording_patterns


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
