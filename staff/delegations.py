"""Standing in for somebody on leave: from a day until a day, never in a circle, never passed on a second time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from tortoise.queryset import QuerySet

from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff import audit, permissions, scope
from staff.models import Delegation, Staff

LONGEST = timedelta(days=366)

# from the deputy on: who stands in for whom on days that all links of the chain share with the new one
_CIRCLE = """
WITH RECURSIVE chain (person_id, from_on, until_on, seen) AS (
  SELECT $2::bigint, $3::date, $4::date, ARRAY[$2::bigint]
  UNION ALL
  SELECT d.deputy_id, greatest(d.from_on, chain.from_on), least(d.until_on, chain.until_on), chain.seen || d.deputy_id
  FROM chain JOIN delegation d ON d.absent_id = chain.person_id AND d.ended_at IS NULL
  WHERE greatest(d.from_on, chain.from_on) <= least(d.until_on, chain.until_on) AND d.deputy_id <> ALL(chain.seen)
)
SELECT 1 FROM chain WHERE person_id = $1 LIMIT 1
"""
# two circles' halves written at the same moment would not see each other
_ONE_AT_A_TIME = "LOCK TABLE delegation IN SHARE ROW EXCLUSIVE MODE"


async def delegate(absent: Staff, deputy: Staff, from_on: date, until_on: date, reason: str, by: Staff) -> Delegation:
    """Let `deputy` stand in for `absent` from a day until a day, both inclusive, in Shanghai.

    The person does it, or an administrator for them. Refused: to oneself, a circle, twice, days that can't be.
    """
    _require_right(absent, by, deputy)
    _check_days(from_on, until_on)
    if not (absent.is_active and deputy.is_active):
        raise Refused("已离职或停用的成员不能委托或代理", code="delegation.inactive")
    async with database.transaction():
        await database.execute(_ONE_AT_A_TIME)
        overlapping = Delegation.filter(
            absent_id=absent.id, ended_at=None, from_on__lte=until_on, until_on__gte=from_on
        )
        if await overlapping.filter(deputy_id=deputy.id).exists():
            raise Refused(f"这段时间已委托给{deputy.name}", code="delegation.twice")
        if await database.fetch_value(_CIRCLE, absent.id, deputy.id, from_on, until_on):
            raise Refused("这样会形成循环代理：对方在这段时间也（直接或间接）委托给您", code="delegation.circle")
        made = await Delegation.create(
            absent=absent, deputy=deputy, from_on=from_on, until_on=until_on, reason=reason.strip()[:200]
        )
        days = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat()}
        await audit.record(by, "delegation.given", "staff", absent.id, delegation=made.id, deputy=deputy.id, **days)
    return made


async def end(delegation_id: int, by: Staff) -> Delegation:
    """End it now, by either of the two or an administrator. NotFound: none, ended, or of others."""
    async with database.transaction():
        found = await Delegation.select_for_update().get_or_none(id=delegation_id, ended_at=None)
        if found is None or not await _may_end(found, by):
            raise NotFound("没有这项委托，或已经结束")
        found.ended_at = clock.now()
        await found.save(update_fields=["ended_at"])
        await audit.record(
            by, "delegation.ended", "staff", found.absent_id, delegation=found.id, deputy=found.deputy_id
        )
    return found


async def end_all(person: Staff, by: Staff | None) -> int:
    """End everything that this person gave or took, inside the caller's transaction; returns how many."""
    ended = 0
    for column in ("absent_id", "deputy_id"):
        ended += await Delegation.filter(**{column: person.id}, ended_at=None).update(ended_at=clock.now())
    if ended:
        await audit.record(by, "delegation.all_ended", "staff", person.id, delegations=ended)
    return ended


async def stands_in_for(person: Staff) -> list[Staff]:
    """The people who are away today and for whom this person is deputy."""
    today = clock.today()
    given = Delegation.filter(deputy_id=person.id, from_on__lte=today, until_on__gte=today, ended_at=None)
    return [one.absent for one in await given.order_by("id").prefetch_related("absent")]


async def given_by(person: Staff) -> list[Delegation]:
    """What this person gave, with the deputies; those that are not over, the nearest first."""
    return await _open().filter(absent_id=person.id).prefetch_related("deputy")


async def taken_by(person: Staff) -> list[Delegation]:
    """For whom this person stands in, now or soon."""
    return await _open().filter(deputy_id=person.id).prefetch_related("absent")


async def away(people_ids: Iterable[int]) -> dict[int, Delegation]:
    """Of these people, those who are away today, with the delegation that ends last and its deputy."""
    today = clock.today()
    current = _open().filter(absent_id__in=list(people_ids), from_on__lte=today).prefetch_related("deputy")
    return {one.absent_id: one for one in await current.order_by("until_on")}


def _open() -> QuerySet[Delegation]:
    return Delegation.filter(ended_at=None, until_on__gte=clock.today()).order_by("from_on", "id")


def _require_right(absent: Staff, by: Staff, deputy: Staff) -> None:
    if absent.id == deputy.id:
        raise Refused("不能委托给自己", code="delegation.self")
    if by.id == absent.id:
        return
    permissions.require(by, "people.manage")
    if by.id == deputy.id:
        raise Forbidden("不能把别人的工作委托给自己", code="delegation.to_oneself")


async def _may_end(found: Delegation, by: Staff) -> bool:
    if by.id in (found.absent_id, found.deputy_id):
        return True
    if not permissions.may(by, "people.manage"):
        return False
    own = scope.staff(by, first=2)
    sql = f"SELECT s.id FROM staff s WHERE s.id = $1 AND {own.sql}"  # noqa: S608  # scope's own text
    return bool(await database.fetch(sql, found.absent_id, *own.arguments))


def _check_days(from_on: date, until_on: date) -> None:
    if until_on < from_on:
        raise Refused("结束日期不能早于开始日期", code="delegation.days")
    if until_on < clock.today():
        raise Refused("结束日期已经过去", code="delegation.past")
    if until_on - from_on > LONGEST:
        raise Refused("一次委托最长一年", code="delegation.long")
