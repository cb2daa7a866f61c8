"""Saying which preset of group messages the bank chose in WeCom's console: proposed by one, in force by another's word.

The preset itself is changed there by hand; here is only written down what holds, so that the ledger counts the same.
"""

from __future__ import annotations

from datetime import date, time

from kernel import clock
from kernel.errors import Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff
from wechat import limits
from wechat.limits import GROUP_MESSAGE

SUBJECT = "platform_preset"


async def propose(preset: str, effective_on: date, reason: str, by: Staff) -> Approval:
    """Ask for a preset from a day on. Refused: past day, not offered by the platform, no reason, nothing changes."""
    permissions.require(by, "policies.edit")
    await limits.refresh(0)
    if not reason.strip():
        raise Refused("请写明修改的原因", code="platform_preset.reason")
    if effective_on < clock.today():
        raise Refused("生效日期不能早于今天", code="platform_preset.past")
    day = clock.at_local(effective_on, time(12))
    offered = {one.preset: one.label for one in limits.offers(GROUP_MESSAGE, day)}
    if preset not in offered:
        raise Refused("微信平台没有这个档位", code="platform_preset.unknown")
    before = limits.at(GROUP_MESSAGE, day)
    if before.preset == preset:
        raise Refused("与当天生效的档位相同，没有改动", code="platform_preset.same")
    content = {"preset": preset, "effective_on": effective_on.isoformat(), "note": reason.strip()[:200]}
    lines = [
        ["生效日期", effective_on.isoformat()],
        ["群发额度", f"{before.label} → {offered[preset]}"],
        ["原因", reason.strip()],
    ]
    summary = {"title": "群发额度档位", "content": content, "lines": lines}
    return await approvals.ask(SUBJECT, effective_on.toordinal(), approval_kinds.hash_of(content), summary, by)


async def _apply(asked: Approval, by: Staff) -> None:
    content = asked.summary["content"]
    effective_on = date.fromisoformat(content["effective_on"])
    await limits.choose(GROUP_MESSAGE, content["preset"], effective_on, content["note"])
    await audit.record(
        by, "platform_preset.changed", SUBJECT, asked.subject_id, preset=content["preset"], approval=asked.id
    )


KIND = approval_kinds.register(Kind(SUBJECT, "群发额度档位", apply=_apply))
