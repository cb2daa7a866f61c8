"""Changing caps, quiet hours and the hold-out: proposed by one person, in force once another approved it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time
from typing import Any

from community.sending import policies
from community.sending.policies import Policy
from kernel.errors import Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "send_policy"
LABELS = {
    "daily_cap": "每人每天最多",
    "monthly_cap": "每人每月最多",
    "quiet_from": "静默开始",
    "quiet_until": "静默结束",
    "holdout_percent": "全局对照比例",
    "open_level": "开放渠道最高风险等级",
}
UNITS = {"daily_cap": " 条", "monthly_cap": " 条", "holdout_percent": "%"}


async def propose(effective_on: date, policy: Policy, reason: str, by: Staff) -> Approval:
    """Ask for a policy from a day on. Refused: past day, nonsense, no reason, nothing changes."""
    permissions.require(by, "policies.edit")
    if not reason.strip():
        raise Refused("请写明修改的原因", code="send_policy.reason")
    policies.check(effective_on, policy)
    before = _plain(await policies.in_force(effective_on))
    wanted = _plain(policy)
    if before == wanted:
        raise Refused("与当天生效的规则相同，没有改动", code="send_policy.same")
    content = {"effective_on": effective_on.isoformat(), "note": reason.strip()[:200], **wanted}
    lines = [["生效日期", effective_on.isoformat()]]
    for name, label in LABELS.items():
        was, now = _shown(name, before[name]), _shown(name, wanted[name])
        lines.append([label, now if was == now else f"{was} → {now}"])
    summary = {"title": "触达规则", "content": content, "lines": [*lines, ["原因", reason.strip()]]}
    number = effective_on.toordinal()
    return await approvals.ask(SUBJECT, number, approval_kinds.hash_of(content), summary, by)


def _plain(policy: Policy) -> dict[str, Any]:
    values = asdict(policy)
    return {name: value.strftime("%H:%M") if isinstance(value, time) else value for name, value in values.items()}


def _shown(name: str, value: Any) -> str:
    return f"R{value}" if name == "open_level" else f"{value}{UNITS.get(name, '')}"


async def _apply(asked: Approval, by: Staff) -> None:
    content = dict(asked.summary["content"])
    effective_on, note = date.fromisoformat(content.pop("effective_on")), content.pop("note")
    for name in ("quiet_from", "quiet_until"):
        content[name] = time.fromisoformat(content[name])
    await policies.save(effective_on, Policy(**content), note)
    await audit.record(by, "send_policy.changed", SUBJECT, asked.subject_id, approval=asked.id)


KIND = approval_kinds.register(Kind(SUBJECT, "触达规则", apply=_apply))
