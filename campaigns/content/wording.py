"""Words that a bank's message must not contain: a table with reasons, and a matcher that is hard to slip by."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from campaigns.content.findings import Finding

_PROMISE = "不得承诺或暗示保本、保收益"
_EXTREME = "不得使用绝对化用语"
_PRESSURE = "不得制造紧迫感、诱导跟风"
_SHARING = "微信禁止诱导分享和关注"


class Rule(NamedTuple):
    """A forbidden piece of text, why, and what to say instead; a warning when it is not blocking.

    unless: the character before it that makes it part of another word (确保本次 is no 保本).
    """

    word: str
    reason: str
    replacement: str
    is_blocking: bool = True
    unless: str = ""


# sources: 银发〔2019〕316号, 金融机构产品适当性管理办法 (2025 No. 7), 广告法 (9, 25), WeChat link rules 2019-10-28
RULES = (
    Rule("保本保息", _PROMISE, "按合同约定计息"),
    Rule("保本保收益", _PROMISE, "收益以产品说明书为准"),
    Rule("保证收益", _PROMISE, "收益以产品说明书为准"),
    Rule("承诺收益", _PROMISE, "收益以产品说明书为准"),
    Rule("保收益", _PROMISE, "收益以产品说明书为准"),
    Rule("保本金", _PROMISE, "保障资金流程规范"),
    Rule("保本", _PROMISE, "稳健", unless="确"),
    Rule("稳赚不赔", _PROMISE, "稳健配置"),
    Rule("稳赚", _PROMISE, "稳健"),
    Rule("只赚不赔", _PROMISE, "稳健配置"),
    Rule("零风险", _PROMISE, "较低风险"),
    Rule("0风险", _PROMISE, "较低风险"),
    Rule("无风险", _PROMISE, "较低风险"),
    Rule("绝对安全", _PROMISE, "安全稳健"),
    Rule("刚性兑付", _PROMISE, "按合同约定兑付"),
    Rule("最高收益", _EXTREME, "业绩比较基准"),
    Rule("收益最高", _EXTREME, "业绩比较基准"),
    Rule("全网最高", _EXTREME, "具有竞争力"),
    Rule("国家级", _EXTREME, "专业"),
    Rule("最佳", _EXTREME, "优质"),
    Rule("手慢无", _PRESSURE, "额度有限"),
    Rule("最后机会", _PRESSURE, "活动即将结束"),
    Rule("转发有奖", _SHARING, ""),
    Rule("分享领红包", _SHARING, ""),
    Rule("最高可达", "没有依据的“最高可达”容易误导", "", is_blocking=False),
    Rule("年化", "出现年化时须说明“过往业绩不预示未来表现”", "", is_blocking=False),
)


def check(text: str, place: str = "") -> list[Finding]:
    """Forbidden words in the text, also full-width, split by spaces or signs; longest match first, no overlaps."""
    plain, positions = _normalise(text)
    findings: list[Finding] = []
    taken: set[int] = set()
    for rule in sorted(RULES, key=lambda rule: -len(rule.word)):
        at = plain.find(rule.word)
        while at >= 0:
            span = range(at, at + len(rule.word))
            before = plain[at - 1 : at]
            if not taken.intersection(span) and not (before and before in rule.unless):
                taken.update(span)
                findings.append(_finding(rule, text, positions[at], positions[at + len(rule.word) - 1] + 1, place))
            at = plain.find(rule.word, at + 1)
    return sorted(findings, key=lambda finding: finding.start)


def _normalise(text: str) -> tuple[str, list[int]]:
    """The text without spaces, signs and widths, and for each kept character its place in the original."""
    kept: list[str] = []
    positions: list[int] = []
    for index, character in enumerate(text):
        for part in unicodedata.normalize("NFKC", character):
            # letters, numbers and marks carry meaning; whatever else stands between them hides a word
            if unicodedata.category(part)[0] in "LN":
                kept.append(part.lower())
                positions.append(index)
    return "".join(kept), positions


def _finding(rule: Rule, text: str, start: int, end: int, place: str) -> Finding:
    replacement = rule.replacement if rule.is_blocking else None
    fix = f"改为“{replacement}”" if replacement else ("删去" if rule.is_blocking else "请核对并补充说明")
    message = f"“{text[start:end]}”：{rule.reason}"
    return Finding("wording.forbidden", message, fix, place, rule.is_blocking, start, end, replacement)
