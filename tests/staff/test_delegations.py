"""Standing in: for the days that were said, never in a circle, never passed on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff import delegations, scope
from staff.models import AuditEntry, Delegation, Staff


@pytest.fixture
async def crew(db: None) -> dict[str, Staff]:
    made = {name: await Staff.create(login=name, name=name, role="director") for name in ("a", "b", "c", "d")}
    made["ning"] = await Staff.create(login="ning", name="唐宁", role="administrator", reach="bank")
    return made


async def _give(crew: dict[str, Staff], absent: str, deputy: str, since: int = 0, until: int = 5) -> Delegation:
    today = clock.today()
    days = (today + timedelta(days=since), today + timedelta(days=until))
    return await delegations.delegate(crew[absent], crew[deputy], *days, "休假", crew[absent])


async def test_a_deputy_sees_the_clients_of_the_absent_on_those_days_only(crew: dict[str, Staff]) -> None:
    client = await database.fetch_value(
        "INSERT INTO client (owner_id, created_at) VALUES ($1, now()) RETURNING id", crew["a"].id
    )

    async def sees(name: str) -> bool:
        own = scope.clients(crew[name], first=2)
        return bool(await database.fetch(f"SELECT 1 FROM client c WHERE id = $1 AND {own.sql}", client, *own.arguments))

    await _give(crew, "a", "b", 0, 2)
    await _give(crew, "b", "c", 0, 2)
    assert (await sees("b"), await sees("c")) == (True, False)
    assert [one.id for one in await delegations.stands_in_for(crew["b"])] == [crew["a"].id]
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert not await sees("b")
        assert await delegations.stands_in_for(crew["b"]) == []


async def test_it_ends_by_hand(crew: dict[str, Staff]) -> None:
    given = await _give(crew, "a", "b")
    with pytest.raises(NotFound):
        await delegations.end(given.id, crew["c"])
    await delegations.end(given.id, crew["b"])
    assert await delegations.stands_in_for(crew["b"]) == []
    with pytest.raises(NotFound):
        await delegations.end(given.id, crew["a"])
    assert await AuditEntry.filter(action="delegation.ended", subject_id=crew["a"].id).count() == 1


async def test_circles_are_refused_however_long(crew: dict[str, Staff]) -> None:
    await _give(crew, "a", "b", 0, 5)
    await _give(crew, "b", "c", 3, 9)
    for absent in ("b", "c"):
        with pytest.raises(Refused) as refused:
            await _give(crew, absent, "a", 4, 4)
        assert refused.value.code == "delegation.circle"
    # c may stand back for a on days when a is back, or b is not away yet
    await _give(crew, "c", "a", 6, 9)
    await _give(crew, "c", "a", 0, 2)


async def test_two_halves_of_a_circle_at_once_give_one(crew: dict[str, Staff]) -> None:
    outcomes = await asyncio.gather(
        _give(crew, "a", "b"), _give(crew, "b", "c"), _give(crew, "c", "a"), return_exceptions=True
    )
    assert sum(isinstance(one, Delegation) for one in outcomes) == 2


async def test_what_can_not_be(crew: dict[str, Staff]) -> None:
    for absent, deputy, since, until, code in (
        ("a", "a", 0, 1, "delegation.self"),
        ("a", "b", 2, 1, "delegation.days"),
        ("a", "b", -5, -1, "delegation.past"),
        ("a", "b", 0, 400, "delegation.long"),
    ):
        with pytest.raises(Refused) as refused:
            await _give(crew, absent, deputy, since, until)
        assert refused.value.code == code
    await _give(crew, "a", "b")
    with pytest.raises(Refused) as refused:
        await _give(crew, "a", "b", 3, 9)
    assert refused.value.code == "delegation.twice"
    await Staff.filter(id=crew["d"].id).update(is_active=False)
    await crew["d"].refresh_from_db()
    with pytest.raises(Refused) as refused:
        await _give(crew, "a", "d")
    assert refused.value.code == "delegation.inactive"


async def test_an_administrator_sets_it_for_the_absent_but_not_to_oneself(crew: dict[str, Staff]) -> None:
    today = clock.today()
    await delegations.delegate(crew["a"], crew["b"], today, today, "病假", crew["ning"])
    with pytest.raises(Forbidden):
        await delegations.delegate(crew["a"], crew["c"], today, today, "", crew["d"])
    with pytest.raises(Forbidden):
        await delegations.delegate(crew["a"], crew["ning"], today, today, "", crew["ning"])
    assert set(await delegations.away([crew["a"].id, crew["b"].id])) == {crew["a"].id}
