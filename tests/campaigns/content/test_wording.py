"""Forbidden words, also disguised; what excuses them; and the one-press replacement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.content import findings, rules, wording
from kernel.errors import Refused


@pytest.mark.parametrize(
    "text",
    [
        *("保本", "保 本", "保\u200b本", "保-本", "保\n本", "【保】【本】", "保*本", "保\u0336本", "保🔥本", "𝐛𝐚𝐨本"),
        *("保夲", "葆本", "保苯", "baoben", "bao ben", "保b", "亻呆本", "亻呆木一", "保📖", "🅱️本", "勹本"),
    ],
)
def test_a_promise_is_found_through_its_disguise(text: str) -> None:
    (found,) = wording.check(f"本产品{text}，欢迎了解")
    assert found.is_blocking


def test_full_width_digits_are_digits() -> None:
    assert [found.replacement for found in wording.check("０风险！零 风 险")] == ["较低风险", "较低风险"]


def test_the_longest_match_wins() -> None:
    (found,) = wording.check("本产品保本保息")
    assert "保本保息" in found.message


@pytest.mark.parametrize(
    "text", ["请确保本次活动前到场", "环保本周主题", "非保本浮动收益", "不承诺保本", "打包本地特产"]
)
def test_part_of_another_word_or_a_denial_is_no_promise(text: str) -> None:
    assert wording.check(text) == []


@pytest.mark.parametrize(
    "text", ["确保本金安全", "虽然写着不保本，其实是保本的", "不会骗您，这款保本", "您无需担心，保本"]
)
def test_a_denial_beside_a_promise_does_not_cover_it(text: str) -> None:
    assert findings.blocking(wording.check(text)) != []


def test_a_warning_to_the_client_is_only_to_be_looked_at() -> None:
    found = wording.check("警惕保本高息骗局")
    assert found
    assert findings.blocking(found) == []


def test_words_of_two_sentences_are_no_word() -> None:
    assert wording.check("办理更稳。赚积分请看下方") == []


def test_one_press_after_the_other_leaves_a_text_without_findings() -> None:
    text = "本产品保本保收益，稳赚不赔，手慢无，比存款划算，转发有奖"
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
    (found,) = wording.check("年化数据见公告")
    assert not found.is_blocking
    assert findings.mend("年化数据", found) == "年化数据"


def test_no_replacement_is_itself_forbidden() -> None:
    for rule in rules.SHIPPED.rules:
        assert findings.blocking(wording.check(rule.replacement or "")) == [], rule.code


def test_a_client_s_amount_is_found_and_a_public_one_is_not() -> None:
    assert findings.blocking(wording.check("您的存款 50 万元下周到期"))
    assert findings.blocking(wording.check("您账户余额还有52,300.18元"))
    assert wording.check("大额存单起存金额20万元，存款保险限额50万元") == []


def test_a_link_outside_the_list_is_found_in_the_text() -> None:
    (found,) = wording.check("请看 https://evil.test/a?b=1，谢谢")
    assert found.message.startswith("“https://evil.test/a?b=1”")
    assert wording.check("请看 https://mp.weixin.qq.com/s/abc") == []
    assert wording.check("我的邮箱 a@evil.com 不是链接") == []


@given(st.text(max_size=60))
def test_any_text_can_be_checked_and_each_finding_lies_in_it(text: str) -> None:
    for found in wording.check(text):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("word", ["", "(保本", "保本)", "……", "(|)", "#", "((((保))))", "保" * 500])
def test_a_pattern_that_cannot_be_read_or_hits_everything_is_refused(word: str) -> None:
    with pytest.raises(Refused):
        wording.compile_rule(rules.Rule("own.1", "promise", (word,)))
