"""Correcting a client's points by hand: asked for with a reason, posted once another person agreed."""

from __future__ import annotations

from typing import Any

from community.clients import identities
from kernel import database
from kernel.errors import NotFound, Refused
from loyalty.rewards import points
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "points"
MOST = 10_000_000
LABELS = ("客户编号", "调整", "提交时余额", "调整后余额", "记账", "原因")
"""What the lines of the question are called; pages translate them."""
# two who ask at once for one client: the second sees the question of the first
_LOCK = "SELECT id FROM client WHERE id = $1 AND merged_into_id IS NULL FOR NO KEY UPDATE"


async def propose(client_id: int, amount: int, reason: str, by: Staff) -> Approval:
    """Ask for `amount` points more (or fewer, below 0) on a client's account.

    The caller has made sure that this person sees the client. Refused: no reason, nothing to move, more than there is,
    or a question about this client is open already. NotFound: no such client.
    """
    permissions.require(by, "points.adjust")
    if not reason.strip():
        raise Refused("请写明调整的原因", code="points.reason")
    if amount == 0 or abs(amount) > MOST:
        raise Refused("请填写要增加或减少的积分数", code="points.amount")
    async with database.transaction():
        if not await database.fetch(_LOCK, client_id):
            raise NotFound
        held = await points.balance(client_id)
        if amount < 0 and held + amount < 0:
            raise Refused(f"积分不足：现有 {held} 分", code="points.short")
        if await Approval.filter(subject=SUBJECT, subject_id=client_id, state="waiting").exists():
            raise Refused("这位客户已有一项待批准的积分调整", code="points.asked", status=409)
        content = {"client": client_id, "points": amount, "reason": reason.strip()[:200]}
        return await approvals.ask(
            SUBJECT,
            client_id,
            approval_kinds.hash_of(content),
            _summary(content, held, by),
            by,
            size=abs(amount),
            touches=[f"client:{client_id}"],
        )


def _summary(content: dict[str, Any], held: int, by: Staff) -> dict[str, Any]:
    lines = [
        ["客户编号", str(content["client"])],
        ["调整", f"{content['points']:+,} 分"],
        ["提交时余额", f"{held:,} 分"],
        ["调整后余额", f"{held + content['points']:,} 分"],
        ["记账", f"客户账户 {content['points']:+,}，人工调整账户 {-content['points']:+,}"],
        ["原因", content["reason"]],
    ]
    return {"title": "积分调整", "lines": lines, "content": content, "branch_id": by.branch_id}


async def _apply(asked: Approval, by: Staff) -> None:
    content = asked.summary["content"]
    client_id = await identities.survivor_of(int(content["client"]))
    maker = await Staff.get(id=asked.asked_by_id)
    # the approval's own number: whatever runs twice, it is posted once
    posted = await points.post(
        "adjusted", f"approval:{asked.id}", client_id, int(content["points"]), content["reason"], maker
    )
    await audit.record(by, "points.adjusted", "client", client_id, transaction=posted.id, points=content["points"])


KIND = approval_kinds.register(Kind(SUBJECT, "积分调整", see="clients.see", apply=_apply))
