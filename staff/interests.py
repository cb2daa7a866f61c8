"""What people declare about themselves: a product, a company or a client they are not impartial about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tortoise.expressions import Q

from kernel import clock, database, numbers
from kernel.errors import NotFound, Refused
from staff import audit, permissions, scope
from staff.models import Interest, Staff

STILL_COUNTS = timedelta(days=30)
"""For so long an interest counts after its end: nobody ends it, asks, and declares it again."""
KINDS = {"product": "产品", "company": "公司", "client": "客户"}


def ref_of(kind: str, ref: str) -> str:
    """How an interest is written in the `touches` of a question; a company's name is compared without case."""
    return f"{kind}:{ref.strip().casefold()}"


async def declare(kind: str, ref: str, relation: str, by: Staff) -> Interest:
    """Declare an own interest; the same again changes its words. Refused: unknown kind, nothing named."""
    if kind not in KINDS or not ref.strip() or (kind == "client" and numbers.row_id(ref) is None):
        raise Refused("请写明是哪个产品、公司或客户", code="interest.ref_missing")
    if not relation.strip():
        raise Refused("请说明是什么关系", code="interest.relation_missing")
    async with database.transaction():
        found = await Interest.filter(staff_id=by.id, kind=kind, ref=ref.strip(), ended_at=None).first()
        if found is None:
            found = await Interest.create(staff_id=by.id, kind=kind, ref=ref.strip()[:80], relation="")
        found.relation = relation.strip()[:200]
        await found.save(update_fields=["relation"])
        await audit.record(by, "interest.declared", "interest", found.id, kind=kind)
    return found


async def end(interest_id: int, by: Staff) -> None:
    """End an own declaration: it is kept, and no longer holds. NotFound: none, or another person's."""
    async with database.transaction():
        found = await Interest.get_or_none(id=interest_id, staff_id=by.id, ended_at=None)
        if found is None:
            raise NotFound()
        found.ended_at = clock.now()
        await found.save(update_fields=["ended_at"])
        await audit.record(by, "interest.ended", "interest", found.id, kind=found.kind)


async def of(person: Staff) -> list[Interest]:
    """All that a person declared, what holds first."""
    return await Interest.filter(staff_id=person.id).order_by("-ended_at", "-id").prefetch_related("staff")


async def within_reach(person: Staff, limit: int = 300) -> list[Interest]:
    """What people within this person's reach declared, the newest first."""
    permissions.require(person, "interests.see")
    own = scope.staff(person)
    statement = f"SELECT s.id FROM staff s WHERE {own.sql}"  # noqa: S608  # scope's own SQL, values are arguments
    people = [row["id"] for row in await database.fetch(statement, *own.arguments)]
    return await Interest.filter(staff_id__in=people).order_by("-id").limit(limit).prefetch_related("staff")


async def touching(staff_ids: Iterable[int], refs: Iterable[str]) -> list[Interest]:
    """The interests that these people hold, or held until lately, in what the refs name, oldest first."""
    wanted = {ref_of(*ref.split(":", 1)) for ref in refs}
    people = list(staff_ids)
    if not wanted or not people:
        return []
    lately = Q(ended_at=None) | Q(ended_at__gt=clock.now() - STILL_COUNTS)
    held = await Interest.filter(lately, staff_id__in=people).order_by("id").prefetch_related("staff")
    return [one for one in held if ref_of(one.kind, one.ref) in wanted]
