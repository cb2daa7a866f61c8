"""What changed between two versions of a campaign, for the eyes of an approver."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from web.console import campaign_terms

LABELS = {
    "name": "名称",
    "channel": "渠道",
    "conditions": "人群条件",
    "control_percent": "对照组比例",
    "salt": "对照组抽签",
    "starts_at": "开始时间",
    "late_minutes": "最多可迟发（分钟）",
    "branch": "机构",
    "author": "制作人",
    "scope": "制作人的客户范围",
    "products": "涉及的产品",
    "limits": "触达上限",
    "variants": "对照版本",
    "fallbacks": "备用渠道",
    "spread_minutes": "分散发送（分钟）",
    "priority": "优先级",
    "goal": "目标",
    "guardrails": "护栏指标",
    "repeats": "重复",
    "pilot": "试点",
}
PARTS = (("text", "正文"), ("link_title", "链接标题"), ("link_url", "链接地址"), ("pieces", "附件"))
STRUCTURED = frozenset({"kind", "steps", "details"})
"""What is compared part by part, or can't change."""
_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "products": campaign_terms.products,
    "limits": campaign_terms.limits,
    "variants": campaign_terms.versions,
    "fallbacks": campaign_terms.channels,
    "pilot": campaign_terms.pilot,
    "channel": campaign_terms.channel,
    "starts_at": campaign_terms.moment,
    "goal": campaign_terms.goal,
    "guardrails": campaign_terms.guards,
    "repeats": campaign_terms.repeats,
}


class Piece(NamedTuple):
    """A run of characters: same, gone or new."""

    kind: str
    text: str


class Change(NamedTuple):
    """One thing that differs, with both of its sides."""

    label: str
    pieces: list[Piece]

    @property
    def before(self) -> list[Piece]:
        """The left side: what stood there, what is gone marked."""
        return [piece for piece in self.pieces if piece.kind != "new"]

    @property
    def after(self) -> list[Piece]:
        """The right side: what stands there now, what is new marked."""
        return [piece for piece in self.pieces if piece.kind != "gone"]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], step_labels: Mapping[str, str]) -> list[Change]:
    """Everything that differs between two contents as planning.fingerprint makes them."""
    found = [
        Change(label, pieces(_said(name, before), _said(name, after)))
        for name, label in LABELS.items()
        if name != "conditions" and before.get(name) != after.get(name)
    ]
    for name in sorted({*before, *after} - {*LABELS, *STRUCTURED}):
        # whatever a later release adds is shown by its own name rather than passed over
        if before.get(name) != after.get(name):
            found.append(Change(f"其他 · {name}", pieces(_text(before.get(name)), _text(after.get(name)))))
    old, new = _steps(before), _steps(after)
    for code in dict.fromkeys([*old, *new]):
        for part, label in PARTS:
            was, now = _text(old.get(code, {}).get(part)), _text(new.get(code, {}).get(part))
            if was != now:
                found.append(Change(f"{step_labels.get(code, code)} · {label}", pieces(was, now)))
    was_details, now_details = before.get("details") or {}, after.get("details") or {}
    for name in dict.fromkeys([*was_details, *now_details]):
        if was_details.get(name) != now_details.get(name):
            found.append(
                Change(f"活动信息 · {name}", pieces(_text(was_details.get(name)), _text(now_details.get(name))))
            )
    return found


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts as one, character by character."""
    made = []
    for verb, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if verb == "equal":
            made.append(Piece("same", before[a:b]))
            continue
        if a < b:
            made.append(Piece("gone", before[a:b]))
        if c < d:
            made.append(Piece("new", after[c:d]))
    return made


def _steps(contents: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {step["code"]: step for step in contents.get("steps") or []}


def _said(name: str, contents: Mapping[str, Any]) -> str:
    value = contents.get(name)
    return _IN_WORDS[name](value) if name in _IN_WORDS else _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
