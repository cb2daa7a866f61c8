"""Who may decide a question, and in whose place: never its makers, nobody twice, nobody with an interest in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tortoise.expressions import Q

from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff import approval_kinds, delegations, interests, permissions, scope
from staff.models import Approval, Interest, Staff, Vote

HANDED_OVER = timedelta(days=7)
"""For so long who let somebody in (as a newcomer, or by a sign-in link) and that person don't decide about each other's
work: one of the two may be both. Whoever was put out of the own account by a link has noticed by then."""
_LINKED = """
SELECT CASE WHEN staff_id = $1 THEN made_by_id ELSE staff_id END AS other FROM staff_invitation
WHERE used_at > $2 AND made_by_id IS NOT NULL AND $1 IN (staff_id, made_by_id)
UNION SELECT CASE WHEN subject_id = $1 THEN asked_by_id ELSE subject_id END FROM approval
WHERE subject = 'staff_role' AND state = 'approved' AND decided_at > $2 AND $1 IN (subject_id, asked_by_id)
  AND summary->'content'->'before'->>'active' = 'false'
"""


@dataclass(frozen=True)
class Seat:
    """A person with the units within reach; None: the whole bank."""

    person: Staff
    units: frozenset[int] | None

    def reaches(self, approval: Approval) -> bool:
        """Whether the question is of a unit within reach; what has no unit is head office's."""
        return self.units is None or approval.summary.get("branch_id") in self.units


@dataclass(frozen=True)
class Desk:
    """All that decides what a person may decide, read once: the own seat, and those of absent people.

    interests: person and ref of what is held, or was until lately. linked: who let them
    in lately, and whom they let in.
    """

    own: Seat
    absent: tuple[Seat, ...]
    interests: frozenset[tuple[int, str]]
    linked: frozenset[int]

    def sees(self, approval: Approval) -> bool:
        """Whether the question is within the own reach or that of somebody this person stands in for."""
        wanted = approval_kinds.of(approval.subject).see
        if wanted and not permissions.may(self.own.person, wanted):
            return False
        return any(seat.reaches(approval) for seat in (self.own, *self.absent))


@dataclass(frozen=True)
class Capacity:
    """In what capacity somebody may vote."""

    on_behalf_of: Staff | None
    is_committee: bool


async def desk(person: Staff) -> Desk:
    """Read what decides about this person."""
    absent = await delegations.stands_in_for(person)
    reached = await scope.units_of_each([person, *absent])
    seats = [Seat(one, reached[one.id]) for one in absent]
    declared = Interest.filter(staff_id__in=[person.id, *(one.id for one in absent)])
    # who ends an interest to be let in has it a while longer, whether the question was there already or not
    held = await declared.filter(Q(ended_at=None) | Q(ended_at__gt=clock.now() - interests.STILL_COUNTS))
    refs = frozenset((one.staff_id, interests.ref_of(one.kind, one.ref)) for one in held)
    linked = await database.fetch(_LINKED, person.id, clock.now() - HANDED_OVER)
    own = Seat(person, reached[person.id])
    return Desk(own, tuple(seats), refs, frozenset(row["other"] for row in linked))


def makers(approval: Approval) -> frozenset[int]:
    """Everybody who asked for it or had a hand in it."""
    return frozenset({approval.asked_by_id, *approval.summary.get("maker_ids", [])})


def is_maker(approval: Approval, person: Staff) -> bool:
    """Whether this person asked for it or had a hand in it."""
    return person.id in makers(approval)


def still_needed(approval: Approval, votes: Sequence[Vote]) -> int:
    """How many yeses are missing."""
    yes = sum(vote.is_yes for vote in votes)
    return max(approval.needs - yes, 1 if committee_missing(approval, votes) else 0)


def committee_missing(approval: Approval, votes: Sequence[Vote]) -> bool:
    """Whether the review committee's yes is needed and not there yet."""
    return approval.needs_committee and not any(vote.is_yes and vote.is_committee for vote in votes)


def capacity(at: Desk, approval: Approval, votes: Sequence[Vote], *, is_no: bool = False) -> Capacity | Refused:
    """In what capacity the person may decide now, or the reason why not. Standing in widens reach, nothing else.

    is_no: a question may be given back by anybody who may decide it, also where only the committee can say yes.
    """
    if not permissions.may(at.own.person, approval_kinds.of(approval.subject).permission):
        return Forbidden()
    reasons = []
    for seat in (at.own, *at.absent):
        reason = _hindrance(seat, at, approval, votes)
        if reason is None:
            is_committee = at.own.person.in_committee
            if not is_no and not is_committee and _only_committee(approval, votes):
                reason = Forbidden("涉及已申报的利益关系，须由评审委员会成员同意", code="approval.committee")
            else:
                return Capacity(None if seat is at.own else seat.person, is_committee)
        reasons.append(reason)
    # a reason that names the question is more use than "not found", which is kept for those who don't see it at all
    return next((reason for reason in reasons if not isinstance(reason, NotFound)), reasons[0])


def _hindrance(seat: Seat, at: Desk, approval: Approval, votes: Sequence[Vote]) -> Refused | None:
    if seat is not at.own and not permissions.may(seat.person, approval_kinds.of(approval.subject).permission):
        return NotFound()
    if not seat.reaches(approval):
        return NotFound()
    involved = {at.own.person.id, seat.person.id}
    if involved & makers(approval):
        return Forbidden("不能审批自己编写或提交的内容，请由另一位同事审批", code="approval.own_work")
    if at.linked & makers(approval):
        message = "您与申请人 7 天内办理过入职或登录链接，须由另一位同事审批"
        return Forbidden(message, code="approval.linked")
    if _has_interest(at, involved, approval):
        return Forbidden("您（或您代理的同事）申报过与此有关的利益，不能参与审批", code="approval.own_interest")
    spoken = {one for vote in votes for one in (vote.staff_id, vote.on_behalf_of_id)}
    if involved & spoken:
        return Refused("您或您代理的同事已表决过，须由另一位同事复审", code="approval.voted", status=409)
    return None


def _has_interest(at: Desk, involved: set[int], approval: Approval) -> bool:
    touched = {interests.ref_of(*ref.split(":", 1)) for ref in approval.touches}
    return any((one, ref) in at.interests for one in involved for ref in touched)


def _only_committee(approval: Approval, votes: Sequence[Vote]) -> bool:
    return committee_missing(approval, votes) and still_needed(approval, votes) == 1
