"""The organisation tree: a subtree moves as a whole, never in a circle, and an occupied unit stays open."""

from __future__ import annotations

import asyncio

import pytest

from kernel import database
from kernel.errors import Forbidden, NotFound, Refused
from staff import organisation, people, scope
from staff.models import AuditEntry, Branch, Staff


@pytest.fixture
async def ning(db: None) -> Staff:
    return await Staff.create(login="ning", name="唐宁", role="administrator", reach="bank")


@pytest.fixture
async def bank(ning: Staff) -> dict[str, Branch]:
    made: dict[str, Branch] = {}
    for code, kind, parent in (
        ("hy", "branch", None),
        ("bj", "sub_branch", "hy"),
        ("cf", "team", "bj"),
        ("gx", "sub_branch", "hy"),
        ("other", "branch", None),
    ):
        above = made[parent].id if parent else None
        made[code] = await organisation.open_unit(code, code.upper(), kind, above, ning)
    return made


async def _paths() -> dict[str, str]:
    codes = {row["id"]: row["code"] for row in await database.fetch("SELECT id, code FROM branch")}
    rows = await database.fetch("SELECT code, path FROM branch")
    return {row["code"]: "/".join(codes[int(one)] for one in row["path"].split("/") if one) for row in rows}


async def test_a_move_takes_the_whole_subtree_along(bank: dict[str, Branch], ning: Staff) -> None:
    await organisation.move(bank["bj"].id, bank["other"].id, ning)
    assert await _paths() == {"hy": "hy", "bj": "other/bj", "cf": "other/bj/cf", "gx": "hy/gx", "other": "other"}
    await organisation.move(bank["bj"].id, None, ning)
    assert (await _paths())["cf"] == "bj/cf"
    assert await AuditEntry.filter(action="branch.moved", subject_id=bank["bj"].id).count() == 2


async def test_what_a_head_sees_moves_with_the_unit(bank: dict[str, Branch], ning: Staff) -> None:
    head = await Staff.create(login="h", name="h", role="branch_head", reach="branch", branch=bank["hy"])
    assert await scope.units_of(head) == {bank[code].id for code in ("hy", "bj", "cf", "gx")}
    await organisation.move(bank["bj"].id, bank["other"].id, ning)
    assert await scope.units_of(head) == {bank["hy"].id, bank["gx"].id}


async def test_no_unit_comes_below_itself_or_in_a_smaller_one(bank: dict[str, Branch], ning: Staff) -> None:
    for unit, parent, code in (
        ("hy", "hy", "organisation.circle"),
        ("hy", "cf", "organisation.circle"),
        ("gx", "bj", "organisation.place"),
        ("other", "gx", "organisation.place"),
    ):
        with pytest.raises(Refused) as refused:
            await organisation.move(bank[unit].id, bank[parent].id, ning)
        assert refused.value.code == code
    assert (await _paths())["cf"] == "hy/bj/cf"


async def test_an_occupied_unit_stays_open(bank: dict[str, Branch], ning: Staff) -> None:
    async def refusal(code: str) -> str:
        with pytest.raises(Refused) as refused:
            await organisation.close(bank[code].id, ning)
        return refused.value.code

    assert await refusal("bj") == "organisation.units"
    person = await people.hire("chen", "陈曦", "director", branch=bank["cf"])
    assert await refusal("cf") == "organisation.people"
    await Staff.filter(id=person.id).update(is_active=False)
    await database.execute("INSERT INTO client (branch_id, created_at) VALUES ($1, now())", bank["cf"].id)
    assert await refusal("cf") == "organisation.occupied"
    await database.execute("DELETE FROM client")
    await organisation.close(bank["cf"].id, ning)
    assert bank["cf"].id not in {place.unit.id for place in await organisation.tree(None)}
    with pytest.raises(Refused):
        await people.hire("wu", "吴琼", "director", branch=bank["cf"])


async def test_only_who_manages_the_tree_changes_it(bank: dict[str, Branch]) -> None:
    head = await Staff.create(login="h", name="h", role="branch_head", reach="branch", branch=bank["hy"])
    with pytest.raises(Forbidden):
        await organisation.rename(bank["hy"].id, "新名", head)
    with pytest.raises(NotFound):
        await organisation.rename(10**9, "新名", await Staff.get(login="ning"))


async def test_who_sees_a_branch_changes_nothing_outside_of_it(bank: dict[str, Branch], ning: Staff) -> None:
    local = await Staff.create(login="l", name="l", role="administrator", reach="branch", branch=bank["other"])
    for outside in (
        organisation.rename(bank["hy"].id, "新名", local),
        organisation.close(bank["cf"].id, local),
        organisation.open_unit("x", "新", "team", bank["bj"].id, local),
        organisation.open_unit("y", "新", "branch", None, local),
        # fetching it into the own branch would show its clients to the own head
        organisation.move(bank["bj"].id, bank["other"].id, local),
        organisation.move(bank["other"].id, None, local),
    ):
        with pytest.raises(NotFound):
            await outside
    made = await organisation.open_unit("z", "新", "team", bank["other"].id, local)
    assert (await organisation.rename(made.id, "更新", local)).name == "更新"


async def test_the_tree_counts_people_below(bank: dict[str, Branch], ning: Staff) -> None:
    for code in ("hy", "cf", "cf"):
        login = f"p{await Staff.all().count()}"
        await Staff.create(login=login, name="某", role="director", branch=bank[code])
    places = {place.unit.code: place for place in await organisation.tree(None)}
    assert [(code, places[code].depth, places[code].people) for code in ("hy", "bj", "cf", "gx")] == [
        ("hy", 0, 3),
        ("bj", 1, 2),
        ("cf", 2, 2),
        ("gx", 1, 0),
    ]
    assert [place.unit.code for place in await organisation.tree(None)] == ["hy", "bj", "cf", "gx", "other"]
    narrow = await organisation.tree(frozenset({bank["bj"].id, bank["cf"].id}))
    assert [(place.unit.code, place.depth) for place in narrow] == [("bj", 0), ("cf", 1)]


async def test_moves_at_once_keep_every_path_true(bank: dict[str, Branch], ning: Staff) -> None:
    places = [bank["other"].id, bank["hy"].id, None]
    await asyncio.gather(
        *(organisation.move(bank["bj"].id, places[number % 3], ning) for number in range(12)),
        *(organisation.open_unit(f"t{number}", "新团队", "team", bank["bj"].id, ning) for number in range(6)),
    )
    wrong = await database.fetch_value(
        "SELECT count(*) FROM branch b LEFT JOIN branch up ON up.id = b.parent_id"
        " WHERE b.path <> coalesce(up.path, '') || b.id || '/'"
    )
    assert wrong == 0


async def test_nobody_is_hired_into_a_unit_that_closes_at_the_same_moment(bank: dict[str, Branch], ning: Staff) -> None:
    for number in range(8):
        unit = await organisation.open_unit(f"x{number}", "临时", "team", bank["gx"].id, ning)
        await asyncio.gather(
            organisation.close(unit.id, ning),
            people.hire(f"n{number}", "新人", "director", branch=unit),
            return_exceptions=True,
        )
        is_closed = (await Branch.get(id=unit.id)).is_closed
        assert await Staff.exists(branch_id=unit.id) != is_closed
