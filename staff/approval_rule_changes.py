"""Changing when two people must say yes, and how long questions stay open: the change is itself approved."""

from __future__ import annotations

import zlib
from datetime import date

from kernel import clock, database
from kernel.errors import Refused
from staff import approval_kinds, approval_rules, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, ApprovalRule, Staff

SUBJECT = "approval_rule"
HOURS = (1, 30 * 24)
MOST = 10**12


async def propose(
    subject: str, second_above: int | None, expires_hours: int, effective_on: date, reason: str, by: Staff
) -> Approval:
    """Ask for a rule of one kind from a day on. Refused: unknown kind, a past day, values that can't be, no reason."""
    permissions.require(by, "policies.edit")
    label = {kind.subject: kind.label for kind in approval_kinds.every()}.get(subject)
    if label is None:
        raise Refused("没有这类审批", code="approval_rule.subject")
    if second_above is not None and not 0 <= second_above <= MOST:
        raise Refused("两人批准的界限须是不太大的非负整数", code="approval_rule.second_above")
    if not HOURS[0] <= expires_hours <= HOURS[1]:
        raise Refused(f"审批期限须在 {HOURS[0]} 到 {HOURS[1]} 小时之间", code="approval_rule.hours")
    if not reason.strip():
        raise Refused("请写明修改的原因", code="approval_rule.reason")
    _refuse_past(effective_on)
    now = await approval_rules.in_force(subject, effective_on)
    content = {
        "subject": subject,
        "second_above": second_above,
        "expires_hours": expires_hours,
        "effective_on": effective_on.isoformat(),
    }
    lines = [
        ["审批类型", label],
        ["两人批准", f"{_above(subject, now.second_above)} → {_above(subject, second_above)}"],
        ["审批期限", f"{now.expires_hours} 小时 → {expires_hours} 小时"],
        ["生效日期", effective_on.isoformat()],
        ["原因", reason.strip()],
    ]
    summary = {"title": f"审批规则：{label}", "content": content, "lines": lines}
    # the number only tells which question is withdrawn by a newer one about the same rule
    number = zlib.crc32(subject.encode())
    return await approvals.ask(SUBJECT, number, approval_kinds.hash_of(content), summary, by)


async def history(limit: int = 50) -> list[ApprovalRule]:
    """The rules that were decided, the newest day first."""
    return await ApprovalRule.all().order_by("-effective_on", "-id").limit(limit)


def _above(subject: str, second_above: int | None) -> str:
    if second_above is None:
        return "一人即可"
    return f"超过 {second_above:,} {approval_rules.UNITS.get(subject, '')}".rstrip()


def _refuse_past(effective_on: date) -> None:
    if effective_on < clock.today():
        raise Refused("生效日期不能早于今天", code="approval_rule.past")


async def _apply(asked: Approval, by: Staff) -> None:
    content = asked.summary["content"]
    effective_on = date.fromisoformat(content["effective_on"])
    _refuse_past(effective_on)
    await database.execute(
        "INSERT INTO approval_rule (subject, effective_on, second_above, expires_hours) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (subject, effective_on) DO UPDATE SET second_above = excluded.second_above,"
        " expires_hours = excluded.expires_hours",
        content["subject"],
        effective_on,
        content["second_above"],
        content["expires_hours"],
    )
    changed = {"about": content["subject"], "second_above": content["second_above"], "hours": content["expires_hours"]}
    await audit.record(by, "approval_rule.changed", SUBJECT, asked.subject_id, **changed, approval=asked.id)


KIND = approval_kinds.register(Kind(SUBJECT, "审批规则", apply=_apply))
