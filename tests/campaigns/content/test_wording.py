"""Forbidden words are found however they are dressed up, and one press mends them."""

import pytest

from campaigns.content import findings, wording


@pytest.mark.parametrize("text", ["保本", "保 本", "保\u200b本", "保-本", "保\n本", "【保】【本】", "保*本"])
def test_a_promise_is_found_although_it_is_split(text: str) -> None:
    (found,) = wording.check(f"本产品{text}，欢迎了解")
    assert found.is_blocking
    assert "保本" in wording._normalise(text)[0]


def test_full_width_digits_are_the_same_digits() -> None:
    assert [found.replacement for found in wording.check("０风险！零 风 险")] == ["较低风险", "较低风险"]


def test_the_longest_match_wins_and_nothing_is_found_twice() -> None:
    (found,) = wording.check("本产品保本保息")
    assert found.message.startswith("“保本保息”")


def test_a_word_inside_another_word_is_left_alone() -> None:
    assert wording.check("请确保本次活动前到场") == []
    assert wording.check("确保本金安全") != []


def test_one_press_after_the_other_leaves_a_text_without_findings() -> None:
    text = "本产品保本保收益，稳赚不赔，手慢无"
    for _ in range(10):
        found = findings.blocking(wording.check(text))
        if not found:
            break
        text = findings.mend(text, found[0])
    assert findings.blocking(wording.check(text)) == []


def test_a_finding_names_the_characters_it_is_about() -> None:
    text = "欢迎，零 风险的产品"
    (found,) = wording.check(text, "main")
    assert (text[found.start : found.end], found.place) == ("零 风险", "main")


def test_a_rate_is_only_a_warning() -> None:
    (found,) = wording.check("年化数据见说明书")
    assert not found.is_blocking
    assert findings.mend("年化数据", found) == "年化数据"


def test_no_replacement_is_itself_forbidden() -> None:
    for rule in wording.RULES:
        assert findings.blocking(wording.check(rule.replacement)) == [], rule.word
