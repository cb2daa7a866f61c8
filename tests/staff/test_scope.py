"""What a person sees: the SQL says the same as an independent reading in Python, over random banks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock, database
from staff import scope
from staff.models import REACHES, Branch, Staff

SIZE = {"team": 1, "sub_branch": 2, "branch": 3}
AWAY = """
INSERT INTO delegation (absent_id, deputy_id, from_on, until_on, ended_at, created_at)
VALUES ($1, $2, $3, $4, $5, now())
"""
CLIENTS = """
INSERT INTO client (owner_id, branch_id, created_at)
SELECT owner, unit, now() FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS given(owner, unit, place)
ORDER BY place RETURNING id
"""
GROUPS = """
INSERT INTO client_group (corpid, chat_id, owner_id, created_at) SELECT '', id::text, id, now() FROM staff
"""
CAMPAIGNS = """
INSERT INTO campaign (name, kind, channel, salt, branch_id, author_id, last_editor_id, created_at)
SELECT '某', 'message', 'wecom', '', u.id, s.id, s.id, now() FROM staff s
CROSS JOIN (SELECT id FROM branch UNION ALL SELECT NULL) u
"""
FEW = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@dataclass
class Unit:
    kind: str
    parent: int | None


@dataclass
class Person:
    unit: int | None
    reach: str


@dataclass
class Away:
    absent: int
    deputy: int
    from_on: int
    until_on: int
    is_ended: bool


@dataclass
class Bank:
    """A bank by places in its lists, not by ids."""

    units: list[Unit] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    clients: list[tuple[int | None, int | None]] = field(default_factory=list)

    def line(self, unit: int | None) -> list[int]:
        """From a unit up to the top."""
        found = []
        while unit is not None:
            found.append(unit)
            unit = self.units[unit].parent
        return found

    def looked_after(self, person: int) -> set[int]:
        """The person, and those it stands in for today."""
        today = [
            one.absent
            for one in self.away
            if one.deputy == person and not one.is_ended and one.from_on <= 0 <= one.until_on
        ]
        return {person, *today}

    def units_of(self, person: int, *, with_own: bool = False) -> set[int]:
        """The subtree under the outermost unit that the reach takes in."""
        me = self.people[person]
        fitting = [
            unit
            for unit in self.line(me.unit)
            if (with_own and unit == me.unit) or SIZE[self.units[unit].kind] <= SIZE.get(me.reach, 0)
        ]
        return {unit for unit in range(len(self.units)) if fitting and fitting[-1] in self.line(unit)}

    def sees(self, person: int, owner: int | None, unit: int | None) -> bool:
        """Whether a client of this owner and unit is in sight."""
        if self.people[person].reach == "bank":
            return True
        return owner in self.looked_after(person) or unit in self.units_of(person)


@st.composite
def banks(draw: st.DrawFn) -> Bank:
    bank = Bank()
    for place in range(draw(st.integers(1, 7))):
        parent = draw(st.none() | st.integers(0, place - 1)) if place else None
        bank.units.append(Unit(draw(st.sampled_from(list(SIZE))), parent))
    unit = st.none() | st.integers(0, len(bank.units) - 1)
    people = draw(st.lists(st.tuples(unit, st.sampled_from(REACHES)), min_size=1, max_size=6))
    bank.people = [Person(*one) for one in people]
    person = st.integers(0, len(people) - 1)
    leaves = st.builds(Away, person, person, st.integers(-2, 1), st.integers(-1, 2), st.booleans())
    bank.away = draw(st.lists(leaves, max_size=6))
    bank.clients = draw(st.lists(st.tuples(st.none() | person, unit), max_size=12))
    return bank


class World:
    """A bank in the database: ids by place."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.units: list[int] = []
        self.people: list[Staff] = []
        self.clients: list[int] = []

    async def build(self) -> None:
        bank, today = self.bank, clock.today()
        await database.execute_script(
            "DELETE FROM client_group; DELETE FROM client; DELETE FROM delegation; DELETE FROM campaign;"
            "DELETE FROM staff; DELETE FROM branch"
        )
        for place, unit in enumerate(bank.units):
            parent = None if unit.parent is None else self.units[unit.parent]
            self.units.append((await Branch.create(code=str(place), name="某", kind=unit.kind, parent_id=parent)).id)
        for place, person in enumerate(bank.people):
            unit = None if person.unit is None else self.units[person.unit]
            found = Staff(login=str(place), name="某", role="director", reach=person.reach, branch_id=unit)
            await found.save()
            self.people.append(found)
        for one in bank.away:
            absent, deputy = self.people[one.absent].id, self.people[one.deputy].id
            since, until = today + timedelta(days=one.from_on), today + timedelta(days=one.until_on)
            ended = clock.now() if one.is_ended else None
            await database.execute(AWAY, absent, deputy, since, until, ended)
        owners = [None if owner is None else self.people[owner].id for owner, _unit in bank.clients]
        units = [None if unit is None else self.units[unit] for _owner, unit in bank.clients]
        self.clients = [row["id"] for row in await database.fetch(CLIENTS, owners, units)]

    async def seen(self, condition: scope.Condition, table: str, alias: str) -> list[int]:
        sql = f"SELECT {alias}.id FROM {table} {alias} WHERE {condition.sql} ORDER BY 1"
        found = [row["id"] for row in await database.fetch(sql, *condition.arguments)]
        plain = f"SELECT {alias}.id FROM {table} {alias} WHERE {condition.literal} ORDER BY 1"
        assert found == [row["id"] for row in await database.fetch(plain)]
        return found


@settings(max_examples=100, **FEW)
@given(bank=banks())
async def test_clients_are_seen_exactly_as_the_rule_reads(db: None, bank: Bank) -> None:
    world = World(bank)
    await world.build()
    for place, person in enumerate(world.people):
        expected = [world.clients[index] for index, one in enumerate(bank.clients) if bank.sees(place, one[0], one[1])]
        assert await world.seen(scope.clients(person), "client", "c") == expected


@settings(max_examples=40, **FEW)
@given(bank=banks())
async def test_units_people_groups_and_campaigns_follow_the_same_tree(db: None, bank: Bank) -> None:
    world = World(bank)
    await world.build()
    await database.execute(GROUPS)
    sees_all = [person.reach == "bank" for person in bank.people]
    for place, person in enumerate(world.people):
        units = bank.units_of(place)
        assert await scope.units_of(person) == (
            None if sees_all[place] else frozenset(world.units[unit] for unit in units)
        )
        mates = [world.people[other].id for other, one in enumerate(bank.people) if bank.sees(place, other, one.unit)]
        assert await world.seen(scope.staff(person), "staff", "s") == mates
        owned = await world.seen(scope.groups(person), "client_group", "g")
        owners = await database.fetch("SELECT DISTINCT owner_id FROM client_group WHERE id = ANY($1::bigint[])", owned)
        assert {row["owner_id"] for row in owners} == set(mates)


@settings(max_examples=40, **FEW)
@given(bank=banks())
async def test_campaigns_are_seen_from_the_own_unit_and_changed_only_there(db: None, bank: Bank) -> None:
    world = World(bank)
    await world.build()
    await database.execute(CAMPAIGNS)
    rows = await database.fetch("SELECT id, branch_id, author_id FROM campaign ORDER BY id")
    for place, person in enumerate(world.people):
        me = bank.people[place]
        near = {world.units[unit] for unit in bank.units_of(place, with_own=True)}
        seen, changed = [], []
        for row in rows:
            is_near = me.reach == "bank" or row["branch_id"] in near
            is_own = row["branch_id"] is None and row["author_id"] == person.id and me.unit is None
            seen += [row["id"]] if is_near or row["branch_id"] is None else []
            changed += [row["id"]] if is_near or is_own else []
        assert await world.seen(scope.campaigns(person), "campaign", "m") == seen
        assert await world.seen(scope.campaigns(person, to_change=True), "campaign", "m") == changed


async def test_only_the_whole_bank_needs_no_argument(db: None) -> None:
    for reach in REACHES:
        condition = scope.clients(Staff(id=7, role="director", reach=reach), alias="x", first=3)
        assert condition.arguments == ([] if reach == "bank" else [7])
        assert ("$3::bigint" in condition.sql) == (reach != "bank")


async def test_a_reach_that_nobody_knows_is_no_reach(db: None) -> None:
    unit = await Branch.create(code="sz", name="深圳分行")
    odd = await Staff.create(login="odd", name="某", role="director", reach="planet", branch=unit)
    assert await scope.units_of(odd) == frozenset()
    assert "branch" not in scope.clients(odd).sql


async def test_the_database_writes_the_path_of_a_new_unit(db: None) -> None:
    above = await Branch.create(code="hy", name="海岳分行")
    below = await Branch.create(code="b1", name="滨江支行", kind="sub_branch", parent=above, path="nonsense")
    assert (await Branch.get(id=above.id)).path == f"{above.id}/"
    assert (await Branch.get(id=below.id)).path == f"{above.id}/{below.id}/"
