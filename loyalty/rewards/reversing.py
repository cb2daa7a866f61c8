"""Taking a granted benefit back: at once when it is worth nothing, else once another person agreed."""

from __future__ import annotations

from kernel.errors import NotFound, Refused
from loyalty.rewards import benefits, granting, periods
from loyalty.rewards.models import Grant
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "grant_reversal"


async def reverse(grant_id: int, reason: str, by: Staff) -> Approval | None:
    """Take a grant back, or ask for that when the benefit has a value; None: it is taken back already.

    The caller has made sure that this person sees the client. Refused: no reason, used, or taken back before.
    """
    permissions.require(by, "grants.make")
    if not reason.strip():
        raise Refused("请写明收回的原因", code="grant.reason")
    found = await Grant.get_or_none(id=grant_id).select_related("benefit")
    if found is None:
        raise NotFound
    if found.state != "granted":
        raise Refused("这项权益已经使用或收回", code="benefit.used")
    if not found.benefit.value_fen:
        await benefits.take_back(grant_id, by)
        return None
    content = _content(found, reason.strip()[:200])
    lines = [
        ["权益", found.benefit.name],
        ["周期", periods.label(found.period)],
        ["客户编号", str(found.client_id)],
        ["价值", granting.yuan(found.benefit.value_fen)],
        ["原因", content["reason"]],
    ]
    summary = {
        "title": f"收回权益：{found.benefit.name}",
        "lines": lines,
        "content": content,
        "branch_id": by.branch_id,
    }
    return await approvals.ask(
        SUBJECT,
        grant_id,
        approval_kinds.hash_of(content),
        summary,
        by,
        size=found.benefit.value_fen,
        touches=_refs(found),
    )


def _content(grant: Grant, reason: str) -> dict[str, object]:
    return {
        "grant": grant.id,
        "state": "granted",
        "client": grant.client_id,
        "value": grant.benefit.value_fen,
        "reason": reason,
    }


def _refs(grant: Grant) -> list[str]:
    partner = [f"company:{grant.benefit.partner}"] if grant.benefit.partner else []
    return [*partner, f"client:{grant.client_id}"]


async def _touches(grant_id: int) -> list[str]:
    grant = await Grant.get_or_none(id=grant_id).select_related("benefit")
    return _refs(grant) if grant is not None else []


async def _apply(asked: Approval, by: Staff) -> None:
    # whoever used it meanwhile keeps it: the ability refuses, and the question stays open to be given back
    await benefits.take_back(asked.subject_id, by)
    await audit.record(by, "grant.reversal_approved", SUBJECT, asked.subject_id, approval=asked.id)


KIND = approval_kinds.register(Kind(SUBJECT, "收回权益", see="clients.see", apply=_apply, touches=_touches))
