"""Four eyes: a second person's word on exactly what was asked, given once, void as soon as the content changes."""

from __future__ import annotations

from typing import Any

from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff import audit, permissions
from staff.models import Approval, Staff

PERMISSION = "approvals.decide"

# one waiting question per thing: asking anew withdraws the older question in the same transaction
_DECIDE = """
UPDATE approval SET state = $2, decided_by_id = $3, decided_at = $4, note = $5
WHERE id = $1 AND state = 'waiting'
"""
_VOID = """
UPDATE approval SET state = $3, note = $4, decided_at = $5
WHERE subject = $1 AND subject_id = $2 AND state IN ('waiting', 'approved')
"""


async def ask(subject: str, subject_id: int, content_hash: str, summary: dict[str, Any], by: Staff) -> Approval:
    """Ask for a second person's word on the content that `content_hash` names; an older question is withdrawn.

    summary: what the list of approvals shows; `branch_id` in it (or its absence: head office) decides who sees it,
    `maker_ids` names everybody who made the content and therefore can't approve it.
    """
    async with database.transaction():
        await database.execute(_VOID, subject, subject_id, "withdrawn", "", clock.now())
        return await Approval.create(
            subject=subject, subject_id=subject_id, content_hash=content_hash, summary=summary, asked_by=by
        )


async def approve(approval_id: int, seen_hash: str, by: Staff) -> Approval:
    """Say yes to exactly what was seen. Refused: own work, decided meanwhile, or changed since it was looked at."""
    async with database.transaction():
        approval = await _decidable(approval_id, by)
        if approval.content_hash != seen_hash:
            raise Refused("内容在您查看之后有改动，请刷新后重新审核", code="approval.stale", status=409)
        await _decide(approval, "approved", "", by)
    return approval


async def give_back(approval_id: int, note: str, by: Staff) -> Approval:
    """Say no, with a reason that the maker reads. Refused: no reason, own work, decided meanwhile."""
    if not note.strip():
        raise Refused("请写明退回的原因", code="approval.note_missing")
    async with database.transaction():
        approval = await _decidable(approval_id, by)
        await _decide(approval, "returned", note.strip(), by)
    return approval


async def void(subject: str, subject_id: int, reason: str) -> int:
    """Whatever was asked or given for this thing no longer counts; returns how many were voided."""
    return await database.execute(_VOID, subject, subject_id, "void", reason, clock.now())


async def is_approved(subject: str, subject_id: int, content_hash: str) -> bool:
    """Whether a second person approved exactly this content and nothing voided it since."""
    return await Approval.filter(
        subject=subject, subject_id=subject_id, content_hash=content_hash, state="approved"
    ).exists()


async def latest(subject: str, subject_id: int) -> Approval | None:
    """The last question about this thing, with the people in it."""
    return (
        await Approval.filter(subject=subject, subject_id=subject_id)
        .order_by("-id")
        .prefetch_related("asked_by", "decided_by")
        .first()
    )


async def waiting_for(person: Staff) -> list[Approval]:
    """What this person could decide now, oldest first; own work and other branches' work is left out."""
    if not permissions.may(person, PERMISSION):
        return []
    waiting = await Approval.filter(state="waiting").order_by("id").prefetch_related("asked_by")
    return [approval for approval in waiting if not is_maker(approval, person) and is_in_reach(approval, person)]


async def waiting_for_others(person: Staff) -> list[Approval]:
    """What waits within reach and this person can't decide, because it is the own work."""
    waiting = await Approval.filter(state="waiting").order_by("id").prefetch_related("asked_by")
    return [approval for approval in waiting if is_maker(approval, person) and is_in_reach(approval, person)]


async def decided(person: Staff, limit: int = 20) -> list[Approval]:
    """What was decided lately within reach, newest first."""
    found = Approval.filter(decided_by_id__isnull=False).order_by("-decided_at", "-id")
    rows = await found.limit(limit * 5).prefetch_related("asked_by", "decided_by")
    return [approval for approval in rows if is_in_reach(approval, person)][:limit]


async def last_approved(subject: str, subject_id: int, *, before_id: int) -> Approval | None:
    """The newest question older than `before_id` that was once approved, also when an edit voided it since."""
    asked = Approval.filter(subject=subject, subject_id=subject_id, id__lt=before_id, decided_by_id__isnull=False)
    return (
        await asked.filter(state__in=("approved", "void", "withdrawn"))
        .order_by("-id")
        .prefetch_related("decided_by")
        .first()
    )


async def history(subject: str, subject_id: int) -> list[Approval]:
    """Every question about a thing, newest first, with the people in it."""
    asked = Approval.filter(subject=subject, subject_id=subject_id).order_by("-id")
    return await asked.prefetch_related("asked_by", "decided_by")


def is_maker(approval: Approval, person: Staff) -> bool:
    """Whether this person asked for it or had a hand in it."""
    return person.id == approval.asked_by_id or person.id in approval.summary.get("maker_ids", [])


def is_in_reach(approval: Approval, person: Staff) -> bool:
    """Whether the question is of this person's branch; head office reaches all of them."""
    return person.branch_id is None or approval.summary.get("branch_id") == person.branch_id


def refuse_unless_waiting(approval: Approval) -> None:
    """Refused when the question was answered, withdrawn or voided: a word on it must not fall on a newer one."""
    if approval.state != "waiting":
        raise _decided_meanwhile()


async def _decidable(approval_id: int, by: Staff) -> Approval:
    permissions.require(by, PERMISSION)
    approval = await Approval.get_or_none(id=approval_id)
    if approval is None or not is_in_reach(approval, by):
        raise NotFound()
    if is_maker(approval, by):
        raise Forbidden("不能审批自己编写或提交的内容，请由另一位同事审批", code="approval.own_work")
    refuse_unless_waiting(approval)
    return approval


async def _decide(approval: Approval, state: str, note: str, by: Staff) -> None:
    # the condition on `waiting` inside the update is what makes two approvers at once one approval
    if not await database.execute(_DECIDE, approval.id, state, by.id, clock.now(), note):
        raise _decided_meanwhile()
    await audit.record(by, f"approval.{state}", approval.subject, approval.subject_id, approval=approval.id)
    await approval.refresh_from_db()


def _decided_meanwhile() -> Refused:
    return Refused("这项申请已由其他同事处理，或已被撤回", code="approval.decided", status=409)
