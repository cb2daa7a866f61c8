"""Changing the tier policy: proposed with what would move, in force from its day once another person approved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel import clock
from kernel.errors import Refused
from loyalty.tiers import moving, policies, rules
from loyalty.tiers.models import TierPolicy
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "tier_policy"
WORDS: dict[str, tuple[str, dict[str, str]]] = {
    "basis": ("依据", {"total": "月日均总资产", "deposit": "月日均存款"}),
    "day_count": ("平均", {"calendar": "按自然日平均", "thirty": "按 30 天平均"}),
    "upgrade": ("升级", {"next_month": "达标次月升级", "at_once": "达标即升级"}),
    "drop": (
        "降级",
        {
            "last_month": "降至最后一个宽限月对应的层级",
            "best_of_window": "降至窗口内最高月均对应的层级",
            "one_down": "每次降一级",
        },
    ),
}


@dataclass(frozen=True)
class Draft:
    """A policy as somebody wants it: code and name of the scheme, its definition, first day, source and why."""

    code: str
    name: str
    definition: dict[str, Any]
    effective_on: date
    reason: str = ""
    source: str = ""


async def preview(draft: Draft) -> list[list[str]]:
    """What the draft changes and whom it would move, as lines of label and value. Refused: nonsense, or no change."""
    wanted = _checked(draft)
    row = await policies.row_in_force(draft.effective_on)
    before = rules.read_policy(row.definition) if row is not None else None
    changes = _changes(before, wanted)
    if not changes:
        raise Refused("与当天生效的规则相同，没有改动", code="tiers.same")
    lines = [["方案", draft.name], ["生效日期", draft.effective_on.isoformat()], *changes]
    if before is not None:
        lines += await moving.lines(before, wanted)
    return lines


async def propose(draft: Draft, by: Staff) -> Approval:
    """Ask for a policy from a day on. Refused: a past day or one that has a policy already, nonsense, no reason."""
    permissions.require(by, "policies.edit")
    if not draft.reason.strip():
        raise Refused("请写明修改的原因", code="tiers.reason")
    lines = await preview(draft)
    if await TierPolicy.filter(effective_on=draft.effective_on).exists():
        raise Refused("这一天已有生效的规则，请换一个生效日", code="tiers.policy_taken")
    content = {
        "code": draft.code,
        "name": draft.name,
        "definition": draft.definition,
        "effective_on": draft.effective_on.isoformat(),
        "source": draft.source,
        "reason": draft.reason.strip()[:200],
    }
    summary = {"title": "客户分层规则", "content": content, "lines": [*lines, ["原因", content["reason"]]]}
    number = draft.effective_on.toordinal()
    return await approvals.ask(SUBJECT, number, approval_kinds.hash_of(content), summary, by)


def _checked(draft: Draft) -> rules.Policy:
    if draft.effective_on < clock.today():
        raise Refused("生效日期不能早于今天", code="tiers.past_day")
    if not draft.code.strip() or not draft.name.strip():
        raise Refused("请填写方案的代码与名称", code="tiers.unnamed")
    try:
        return rules.read_policy(draft.definition)
    except rules.BadPolicy as bad:
        raise Refused(f"分层规则有误：{bad}", code="tiers.bad_policy") from bad


def _changes(before: rules.Policy | None, wanted: rules.Policy) -> list[list[str]]:
    pairs = []
    for field, (label, words) in WORDS.items():
        was = words[getattr(before, field)] if before is not None else ""
        pairs.append((label, was, words[getattr(wanted, field)]))
    pairs.append(("关注", _watch(before) if before else "", _watch(wanted)))
    old = {tier.code: tier for tier in before.tiers} if before is not None else {}
    pairs += [(f"层级 {tier.name}", _tier(old.get(tier.code)), _tier(tier)) for tier in wanted.tiers]
    kept = {tier.code for tier in wanted.tiers}
    pairs += [(f"层级 {tier.name}", _tier(tier), "取消") for tier in old.values() if tier.code not in kept]
    return [[label, f"{was} → {now}" if was else now] for label, was, now in pairs if was != now]


def _watch(policy: rules.Policy) -> str:
    return f"连续 {policy.watch_from} 个月低于门槛起"


def _tier(tier: rules.Tier | None) -> str:
    if tier is None:
        return ""
    return f"{tier.name} {tier.threshold_fen / 1_000_000:,.2f} 万元起，宽限 {tier.grace_months} 个月"


async def _apply(asked: Approval, by: Staff) -> None:
    content = asked.summary["content"]
    effective_on = date.fromisoformat(content["effective_on"])
    if effective_on < clock.today():
        raise Refused("生效日期已过，请退回给申请人改期", code="tiers.past_day")
    if await TierPolicy.filter(effective_on=effective_on).exists():
        raise Refused("这一天已有生效的规则，请退回给申请人改期", code="tiers.policy_taken")
    row = await policies.save(
        content["code"], content["name"], content["definition"], effective_on, source=content["source"]
    )
    await audit.record(by, "tier_policy.changed", SUBJECT, row.id, approval=asked.id, effective_on=str(effective_on))


KIND = approval_kinds.register(Kind(SUBJECT, "客户分层规则", apply=_apply))
