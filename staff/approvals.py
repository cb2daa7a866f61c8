"""Four eyes: other people's word on exactly what was asked, given once, void as soon as the content changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff import approval_kinds, approval_rights, approval_rules, audit, interests
from staff.models import Approval, LineComment, Staff, Vote

PERMISSION = "approvals.decide"

# one waiting question per thing: asking anew withdraws the older question in the same transaction
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, $2::bigint))"
_WITHDRAW = """
UPDATE approval SET state = 'withdrawn', decided_at = $3 WHERE subject = $1 AND subject_id = $2 AND state = 'waiting'
RETURNING id
"""
_ASKED_BEFORE = """
SELECT coalesce(sum(size), 0)::bigint FROM approval
WHERE subject = $1 AND asked_by_id = $2 AND created_at > $3
  AND state NOT IN ('returned', 'void', 'withdrawn', 'expired')
"""
_VOID = """
UPDATE approval SET state = 'void', note = $3, decided_at = $4
WHERE subject = $1 AND subject_id = $2 AND state IN ('waiting', 'approved') RETURNING id
"""
_EXPIRED = "SELECT id FROM approval WHERE state = 'waiting' AND expires_at <= $1 ORDER BY expires_at, id LIMIT 500"
# shared: whoever is being let go or moved to another role either comes before the word or after it
_STILL_HERE = "SELECT id FROM staff WHERE id = $1 FOR SHARE"


@dataclass(frozen=True)
class Remark:
    """A reviewer's words on one line of one text: the step's code, the line counted from 1."""

    anchor: str
    line: int
    text: str


async def ask(
    subject: str,
    subject_id: int,
    content_hash: str,
    summary: dict[str, Any],
    by: Staff,
    *,
    size: int = 0,
    needs: int = 1,
    touches: Sequence[str] = (),
) -> Approval:
    """Ask for other people's word on the content that `content_hash` names; a question still open is withdrawn.

    summary: what pages show: `title`, `lines` (label and value pairs), `branch_id` (or its absence: head office)
    decides who sees it, `maker_ids` names everybody who made the content and therefore can't approve it. size: people
    reached, fen, points or rows, as the kind says; above the rule's line two people must say yes, and several that one
    person asks within a day count together where the kind adds up. needs: how many yeses at least, whatever the size.
    touches: refs like product:R12; where a maker declared an interest in one, the review committee must say yes.
    """
    now = clock.now()
    rule = await approval_rules.in_force(subject)
    makers = sorted({*summary.get("maker_ids", []), by.id})
    async with database.transaction():
        await database.fetch(_ONE_AT_A_TIME, subject, subject_id)
        for row in await database.fetch(_WITHDRAW, subject, subject_id, now):
            await audit.record(by, "approval.withdrawn", subject, subject_id, approval=row["id"])
        total = size + await _asked_before(subject, by, now)
        if total > size:
            told = [["本人 24 小时内同类合计", f"{total:,} {approval_rules.UNITS.get(subject, '')}".strip()]]
            summary = {**summary, "lines": [*summary.get("lines", []), *told]}
        asked = await Approval.create(
            subject=subject,
            subject_id=subject_id,
            content_hash=content_hash,
            summary={**summary, "maker_ids": makers},
            asked_by=by,
            needs=max(needs, rule.needs(total)),
            size=size,
            touches=list(touches),
            needs_committee=bool(await interests.touching(makers, touches)),
            expires_at=rule.expires_at(now),
        )
        await audit.record(by, "approval.asked", subject, subject_id, approval=asked.id, needs=asked.needs)
    return asked


async def approve(approval_id: int, seen_hash: str, by: Staff, note: str = "") -> Approval:
    """Say yes to exactly what was seen; the last yes that is needed does what was asked, in the same transaction.

    Refused: own work, an own interest in it, voted before, decided or expired meanwhile, or changed since it was
    looked at; what is no longer what was asked for is void from then on.
    """
    await _note_conflicts(approval_id)
    async with database.transaction():
        asked, votes = await _locked(approval_id)
        capacity = await _capacity(asked, votes, by)
        if asked.content_hash != seen_hash:
            raise _stale()
        is_same = await approval_kinds.current_hash(asked) == asked.content_hash
        if is_same:
            await _say_yes(asked, votes, by, capacity, note)
        else:
            await _close(asked, "void", "内容已与送审时不同", None)
    if not is_same:
        raise _stale()
    return asked


async def give_back(approval_id: int, note: str, by: Staff, comments: Sequence[Remark] = ()) -> Approval:
    """Say no, with a reason and remarks on lines that the maker reads. Refused: no reason, or who may not decide."""
    if not note.strip():
        raise Refused("请写明退回的原因", code="approval.note_missing")
    async with database.transaction():
        asked, votes = await _locked(approval_id)
        capacity = await _capacity(asked, votes, by, is_no=True)
        await _vote(asked, by, capacity, note, is_yes=False)
        for remark in comments:
            if remark.text.strip():
                await LineComment.create(
                    approval_id=asked.id,
                    staff_id=by.id,
                    anchor=remark.anchor[:40],
                    line=max(1, remark.line),
                    text=remark.text.strip()[:500],
                )
        await _close(asked, "returned", note.strip(), by)
        kind = approval_kinds.of(asked.subject)
        if kind.give_back is not None:
            await kind.give_back(asked, by)
    return asked


async def withdraw(approval_id: int, by: Staff) -> Approval:
    """Take back a question of one's own that is not decided yet. NotFound: none, or asked by another."""
    async with database.transaction():
        asked, _votes = await _locked(approval_id)
        if asked.asked_by_id != by.id:
            raise NotFound()
        refuse_unless_waiting(asked)
        await _close(asked, "withdrawn", "", by)
    return asked


async def withdraw_all_of(person: Staff, by: Staff | None) -> int:
    """Take back what a leaver asked for and nobody has answered yet, inside the caller's transaction; how many."""
    waiting = await Approval.filter(asked_by_id=person.id, state="waiting").order_by("id").only("id")
    taken_back = 0
    for one in waiting:
        asked, _votes = await _locked(one.id)
        if asked.state == "waiting":
            await _close(asked, "withdrawn", "申请人已离职", by)
            taken_back += 1
    return taken_back


async def void(subject: str, subject_id: int, reason: str) -> int:
    """Whatever was asked or given for this thing no longer counts; returns how many were voided."""
    async with database.transaction():
        voided = await database.fetch(_VOID, subject, subject_id, reason, clock.now())
        for row in voided:
            # by nobody: the act that made it void has an entry of its own
            await audit.record(None, "approval.void", subject, subject_id, approval=row["id"])
    return len(voided)


async def is_approved(subject: str, subject_id: int, content_hash: str) -> bool:
    """Whether other people approved exactly this content and nothing voided it since."""
    return await Approval.filter(
        subject=subject, subject_id=subject_id, content_hash=content_hash, state="approved"
    ).exists()


async def expire_due() -> int:
    """Close the questions whose time is over; returns how many. They could not be decided any more anyhow."""
    closed = 0
    for row in await database.fetch(_EXPIRED, clock.now()):
        async with database.transaction():
            asked, _votes = await _locked(row["id"])
            if asked.state == "waiting":
                await _close(asked, "expired", "超过了审批期限", None)
                closed += 1
    return closed


def refuse_unless_waiting(asked: Approval) -> None:
    """Refused when the question was answered, withdrawn, voided or its time is over."""
    if asked.state != "waiting":
        raise Refused("这项申请已由其他同事处理，或已被撤回", code="approval.decided", status=409)
    if asked.expires_at is not None and clock.now() >= asked.expires_at:
        raise Refused("这项申请已超过审批期限，请由制作人重新提交", code="approval.expired", status=409)


async def _asked_before(subject: str, by: Staff, now: datetime) -> int:
    if subject not in approval_rules.ADDED_UP:
        return 0
    # one asker's questions come one after the other, or two at once would not see each other
    await database.fetch(_ONE_AT_A_TIME, f"asker|{subject}", by.id)
    return int(await database.fetch_value(_ASKED_BEFORE, subject, by.id, now - approval_rules.DAY))


async def _note_conflicts(approval_id: int) -> None:
    # in a transaction of its own: the need of the committee must stay known although the vote itself is refused
    asked = await Approval.get_or_none(id=approval_id)
    if asked is None or asked.state != "waiting":
        return
    kind = approval_kinds.of(asked.subject)
    touches = list(await kind.touches(asked.subject_id)) if kind.touches is not None else asked.touches
    touches = sorted({*touches, *asked.touches})
    needs = bool(await interests.touching(approval_rights.makers(asked), touches))
    if touches != sorted(asked.touches) or needs > asked.needs_committee:
        async with database.transaction():
            asked, _votes = await _locked(approval_id)
            # a conflict that was there when it was asked stays one: ending the declaration doesn't make it impartial
            asked.touches, asked.needs_committee = touches, asked.needs_committee or needs
            await asked.save(update_fields=["touches", "needs_committee"])


async def _locked(approval_id: int) -> tuple[Approval, list[Vote]]:
    # the thing's own lock first: edits hold it when they void what was asked for
    asked = await Approval.get_or_none(id=approval_id)
    if asked is None:
        raise NotFound()
    kind = approval_kinds.of(asked.subject)
    if kind.lock is not None:
        await kind.lock(asked.subject_id)
    locked = await Approval.select_for_update().get(id=approval_id)
    return locked, await Vote.filter(approval_id=approval_id).order_by("id")


async def _capacity(
    asked: Approval, votes: Sequence[Vote], by: Staff, *, is_no: bool = False
) -> approval_rights.Capacity:
    await database.fetch(_STILL_HERE, by.id)
    person = await Staff.get(id=by.id)
    outcome = approval_rights.capacity(await approval_rights.desk(person), asked, votes, is_no=is_no)
    if isinstance(outcome, Forbidden | NotFound):
        raise outcome
    refuse_unless_waiting(asked)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


async def _say_yes(
    asked: Approval, votes: list[Vote], by: Staff, capacity: approval_rights.Capacity, note: str
) -> None:
    given = await _vote(asked, by, capacity, note, is_yes=True)
    if approval_rights.still_needed(asked, [*votes, given]):
        await audit.record(by, "approval.voted", asked.subject, asked.subject_id, approval=asked.id)
        return
    await _close(asked, "approved", note.strip(), by)
    kind = approval_kinds.of(asked.subject)
    if kind.apply is not None:
        await kind.apply(asked, by)


async def _vote(asked: Approval, by: Staff, capacity: approval_rights.Capacity, note: str, *, is_yes: bool) -> Vote:
    absent = capacity.on_behalf_of
    return await Vote.create(
        approval_id=asked.id,
        staff_id=by.id,
        on_behalf_of_id=absent.id if absent else None,
        is_yes=is_yes,
        is_committee=capacity.is_committee,
        note=note.strip(),
    )


async def _close(asked: Approval, state: str, note: str, by: Staff | None) -> None:
    asked.state, asked.note, asked.decided_at = state, note, clock.now()
    if state in ("approved", "returned") and by is not None:
        asked.decided_by_id = by.id
    await asked.save(update_fields=["state", "note", "decided_at", "decided_by_id"])
    await audit.record(by, f"approval.{state}", asked.subject, asked.subject_id, approval=asked.id)
    kind = approval_kinds.of(asked.subject)
    if state in ("expired", "withdrawn", "void") and kind.lapse is not None:
        await kind.lapse(asked)


def _stale() -> Refused:
    return Refused("内容在您查看之后有改动，请刷新后重新审核", code="approval.stale", status=409)
