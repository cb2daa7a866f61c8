"""The small language of personal messages: `{称呼}`, with a fallback `{称呼|您}`; no logic and no amounts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from campaigns.content.findings import Finding

KNOWN = {
    "称呼": "姓氏加先生或女士；没有姓名时用“尊敬的客户”",
    "客户经理": "客户归属的客户经理姓名",
    "客户等级": "客户现在的等级名称",
    "活动链接": "活动页面的地址；邀约类活动每位客户各不相同",
}
# what a message says when a client has no value and the author wrote no fallback
DEFAULTS = {"称呼": "尊敬的客户", "客户经理": "您的客户经理", "客户等级": "尊贵客户", "活动链接": ""}
_MONEY = ("余额", "金额", "资产", "存款", "收益", "AUM", "aum")
_PLACE = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")
_STRAY = re.compile(r"[{}]")


def used(text: str) -> set[str]:
    """The names of all placeholders in the text."""
    return {match[1].strip() for match in _PLACE.finditer(text)}


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced by the client's value, else its fallback, else the default."""

    def value(match: re.Match[str]) -> str:
        name, fallback = match[1].strip(), match[2]
        return values.get(name) or (fallback if fallback is not None else DEFAULTS.get(name, ""))

    return _PLACE.sub(value, text)


def check(text: str, place: str = "") -> list[Finding]:
    """Unknown placeholders, amounts and stray braces; each with its place in the text."""
    findings = []
    for match in _PLACE.finditer(text):
        name = match[1].strip()
        if name in KNOWN:
            continue
        if any(word in name for word in _MONEY):
            findings.append(_finding("placeholder.amount", "消息里不能出现客户的金额", "删去这个占位符", place, match))
        else:
            message = f"没有“{{{name}}}”这个占位符"
            fix = "可用：" + "、".join(f"{{{known}}}" for known in KNOWN)
            findings.append(_finding("placeholder.unknown", message, fix, place, match))
    hidden = _PLACE.sub(lambda match: " " * len(match[0]), text)
    findings += [
        _finding("placeholder.stray_brace", "有一个花括号没有配对", "补全占位符或删去花括号", place, match)
        for match in _STRAY.finditer(hidden)
    ]
    return findings


def _finding(code: str, message: str, fix: str, place: str, match: re.Match[str]) -> Finding:
    return Finding(code, message, fix, place, start=match.start(), end=match.end(), replacement="")
