"""Questions as people find them: what a person can decide now, what became of the own ones, a thing's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from kernel import clock, database
from kernel.errors import Refused
from staff import approval_kinds, approval_rights, permissions
from staff.approval_rights import Capacity, Desk
from staff.models import Approval, LineComment, Staff, Vote

MOST = 200
"""So many open questions are looked at for a page or a badge; behind them come the next once these are decided."""
KEPT = timedelta(days=60)
"""How long what came back stays in the inbox of its makers."""
_RETURNED = """
SELECT a.id FROM approval a
WHERE a.state IN ('returned', 'expired') AND a.decided_at > $2 AND a.summary->'maker_ids' @> to_jsonb($1::bigint)
  AND NOT EXISTS (SELECT FROM approval newer
    WHERE newer.subject = a.subject AND newer.subject_id = a.subject_id AND newer.id > a.id)
ORDER BY a.id DESC LIMIT $3
"""


_OPEN = """
SELECT a.id FROM approval a WHERE a.state = 'waiting' AND (a.expires_at IS NULL OR a.expires_at > $1)
  AND ($2::bigint[] IS NULL OR (a.summary->>'branch_id')::bigint = ANY($2::bigint[])) AND a.subject = ANY($3::text[])
  AND ($4::bigint IS NULL
    OR (a.asked_by_id <> $4 AND NOT coalesce(a.summary->'maker_ids', '[]') @> to_jsonb($4::bigint)))
ORDER BY a.id LIMIT $5
"""
_OWN = """
SELECT a.id FROM approval a WHERE a.state = 'waiting' AND (a.expires_at IS NULL OR a.expires_at > $1)
  AND (a.asked_by_id = $2 OR a.summary->'maker_ids' @> to_jsonb($2::bigint)) ORDER BY a.id LIMIT $3
"""


@dataclass(frozen=True)
class Waiting:
    """An open question with the votes so far, and in what capacity the person may vote (None: not)."""

    approval: Approval
    votes: list[Vote]
    capacity: Capacity | None


async def desk_of(person: Staff) -> list[Waiting]:
    """The open questions within reach, the MOST oldest, also those that this person can't decide."""
    at = await approval_rights.desk(person)
    asked = await _open(at)
    votes = await votes_of(one.id for one in asked)
    return [_waiting(at, one, votes.get(one.id, [])) for one in asked if at.sees(one)]


async def waiting_for(person: Staff) -> list[Approval]:
    """What this person could decide now, oldest first."""
    at = await approval_rights.desk(person)
    asked = await _open(at, to_decide=True)
    votes = await votes_of(one.id for one in asked)
    found = [_waiting(at, one, votes.get(one.id, [])) for one in asked if at.sees(one)]
    return [one.approval for one in found if one.capacity is not None]


async def waiting_for_others(person: Staff) -> list[Approval]:
    """What waits for somebody else because it is this person's own work."""
    rows = await database.fetch(_OWN, clock.now(), person.id, MOST)
    return await _of([row["id"] for row in rows])


async def is_for(asked: Approval, person: Staff) -> bool:
    """Whether this person could decide the question now."""
    return await capacity_of(asked, person) is not None


async def capacity_of(asked: Approval, person: Staff) -> Capacity | None:
    """In what capacity this person could decide the question now, None: not at all."""
    if asked.state != "waiting" or not _is_in_time(asked):
        return None
    at = await approval_rights.desk(person)
    votes = (await votes_of([asked.id])).get(asked.id, [])
    outcome = approval_rights.capacity(at, asked, votes)
    if isinstance(outcome, Refused):
        # where only the committee can say yes, the others may still give it back
        outcome = approval_rights.capacity(at, asked, votes, is_no=True)
    return None if isinstance(outcome, Refused) else outcome


async def hindrance(asked: Approval, person: Staff) -> str:
    """Why this person can't decide an open question, in words for the page; empty when nothing hinders."""
    at = await approval_rights.desk(person)
    outcome = approval_rights.capacity(at, asked, (await votes_of([asked.id])).get(asked.id, []))
    return outcome.message if isinstance(outcome, Refused) else ""


async def get(approval_id: int, person: Staff) -> Approval | None:
    """A question that this person may look at: within reach, or the own work."""
    found = await Approval.get_or_none(id=approval_id).prefetch_related("asked_by", "decided_by")
    if found is None:
        return None
    is_seen = approval_rights.is_maker(found, person) or (await approval_rights.desk(person)).sees(found)
    return found if is_seen else None


async def decided(person: Staff, limit: int = 20) -> list[Approval]:
    """What was decided lately within reach, newest first."""
    at = await approval_rights.desk(person)
    found = Approval.filter(decided_by_id__isnull=False).order_by("-decided_at", "-id")
    rows = await found.limit(limit * 5).prefetch_related("asked_by", "decided_by")
    return [one for one in rows if at.sees(one)][:limit]


async def returned_to(person: Staff, limit: int = 20) -> list[Approval]:
    """The own work that came back or expired and was not asked for again since, newest first."""
    found = await database.fetch(_RETURNED, person.id, clock.now() - KEPT, limit)
    kept = [row["id"] for row in found]
    return await Approval.filter(id__in=kept).order_by("-id").prefetch_related("asked_by", "decided_by")


async def latest(subject: str, subject_id: int) -> Approval | None:
    """The last question about this thing, with the people in it."""
    return (
        await Approval.filter(subject=subject, subject_id=subject_id)
        .order_by("-id")
        .prefetch_related("asked_by", "decided_by")
        .first()
    )


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


async def votes_of(approval_ids: Iterable[int]) -> dict[int, list[Vote]]:
    """The votes on these questions in their order, with the people in them."""
    found = (
        await Vote.filter(approval_id__in=list(approval_ids)).order_by("id").prefetch_related("staff", "on_behalf_of")
    )
    grouped: dict[int, list[Vote]] = {}
    for vote in found:
        grouped.setdefault(vote.approval_id, []).append(vote)
    return grouped


async def comments_of(approval_id: int) -> list[LineComment]:
    """The remarks on lines, in the order of the text."""
    found = LineComment.filter(approval_id=approval_id).order_by("anchor", "line", "id")
    return await found.prefetch_related("staff")


def _waiting(at: approval_rights.Desk, asked: Approval, votes: list[Vote]) -> Waiting:
    outcome = approval_rights.capacity(at, asked, votes)
    return Waiting(asked, votes, None if isinstance(outcome, Refused) else outcome)


async def _open(at: Desk, *, to_decide: bool = False) -> list[Approval]:
    """The oldest open questions of the units within reach; to_decide: without what this person surely can't decide."""
    units: set[int] | None = set()
    for seat in (at.own, *at.absent):
        units = None if units is None or seat.units is None else units | seat.units
    me, kinds = at.own.person, approval_kinds.every()
    wanted = [one.subject for one in kinds if not one.see or permissions.may(me, one.see)]
    if to_decide:
        able = {one.subject for one in kinds if permissions.may(me, one.permission)}
        wanted = [subject for subject in wanted if subject in able]
    if not wanted:
        return []
    maker = me.id if to_decide else None
    rows = await database.fetch(_OPEN, clock.now(), None if units is None else sorted(units), wanted, maker, MOST)
    return await _of([row["id"] for row in rows])


async def _of(ids: list[int]) -> list[Approval]:
    return await Approval.filter(id__in=ids).order_by("id").prefetch_related("asked_by") if ids else []


def _is_in_time(asked: Approval) -> bool:
    return asked.expires_at is None or clock.now() < asked.expires_at
