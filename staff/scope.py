"""What a person sees, compiled into SQL from their reach and the organisation tree; every query over clients asks here.

own: what the person looks after, and what those look after for whom the person stands in today. team, sub_branch,
branch: also what belongs to the units under the outermost unit of that kind or a smaller one, from the person's own
unit upwards. bank: everything. Whoever has no unit falls back to own: a forgotten unit never opens the bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kernel import clock, database
from staff.models import UNIT_KINDS, Staff

# from the smallest unit to the largest; a reach takes in its own kind and the smaller ones
_SIZES = tuple(reversed(UNIT_KINDS))
_OWN = """
SELECT {me} UNION ALL SELECT away.absent_id FROM delegation away WHERE away.deputy_id = {me}
AND away.ended_at IS NULL AND DATE '{today}' BETWEEN away.from_on AND away.until_on
"""
# the top is one scalar sub-select, so that the subtree is a prefix match against a single text
_UNITS = """
SELECT unit.id FROM branch unit WHERE starts_with(unit.path, (
SELECT above.path FROM staff me JOIN branch place ON place.id = me.branch_id
JOIN branch above ON starts_with(place.path, above.path)
WHERE me.id = {me} AND above.path <> '' AND {top} ORDER BY length(above.path) LIMIT 1))
"""


class Condition(NamedTuple):
    """SQL over one table's alias and its arguments in order: the person's id, or none for the whole bank."""

    sql: str
    arguments: list[int]

    @property
    def literal(self) -> str:
        """The same without arguments, for queries of the ORM: a number of ours stands where the argument stood."""
        sql = self.sql
        for place, number in enumerate(self.arguments, start=1):
            sql = sql.replace(f"${place}::bigint", str(int(number)))
        return sql


_ALL = Condition("TRUE", [])


def clients(person: Staff, *, alias: str = "c", first: int = 1) -> Condition:
    """The condition on rows of `client` named `alias`; its argument is $`first`."""
    if person.reach == "bank":
        return _ALL
    owner = f"{alias}.owner_id = ANY(ARRAY({_own(first)}))"
    if _has_units(person):
        owner = f"({alias}.branch_id = ANY(ARRAY({_units(person, first)})) OR {owner})"
    return Condition(owner, [person.id])


def groups(person: Staff, *, alias: str = "g", first: int = 1) -> Condition:
    """The same for rows of `client_group`, by their owner and the owner's unit."""
    if person.reach == "bank":
        return _ALL
    return Condition(f"{alias}.owner_id = ANY(ARRAY({_people(person, first)}))", [person.id])


def staff(person: Staff, *, alias: str = "s", first: int = 1) -> Condition:
    """The same for rows of `staff`: oneself, those one stands in for, and the people of the units within reach."""
    if person.reach == "bank":
        return _ALL
    return Condition(f"{alias}.id = ANY(ARRAY({_people(person, first)}))", [person.id])


def campaigns(person: Staff, *, alias: str = "m", first: int = 1, to_change: bool = False) -> Condition:
    """The same for rows of `campaign`: of the own unit's subtree, of the units within reach, and head office's.

    to_change: without head office's, which head office changes (and who works there without reach: the own ones).
    """
    if person.reach == "bank":
        return _ALL
    # the alias and the number come from our own code, the person travels as an argument
    own = f"{alias}.branch_id = ANY(ARRAY({_units(person, first, with_own=True)}))"
    head_office = f"{alias}.branch_id IS NULL"
    if to_change:
        homeless = f"EXISTS (SELECT FROM staff me WHERE me.id = ${first}::bigint AND me.branch_id IS NULL)"
        head_office += f" AND {alias}.author_id = ${first}::bigint AND {homeless}"
    return Condition(f"({own} OR ({head_office}))", [person.id])


async def units_of(person: Staff) -> frozenset[int] | None:
    """The ids of the units within reach; None: the whole bank; nothing for the reach `own` or without a unit."""
    if person.reach == "bank":
        return None
    if not _has_units(person):
        return frozenset()
    return frozenset(row["id"] for row in await database.fetch(_units(person, 1), person.id))


async def units_of_each(people: Sequence[Staff]) -> dict[int, frozenset[int] | None]:
    """The same for several people by one statement."""
    found: dict[int, frozenset[int] | None] = {one.id: None if one.reach == "bank" else frozenset() for one in people}
    asked = [one for one in people if found[one.id] is not None and _has_units(one)]
    if asked:
        # numbers of ours stand in the pieces, each of which is scope's own text
        pieces = [f"SELECT {int(one.id)}::bigint AS me, below.id FROM ({_units(one, 1)}) below" for one in asked]  # noqa: S608
        pieces = [piece.replace("$1::bigint", str(int(one.id))) for piece, one in zip(pieces, asked, strict=True)]
        rows = await database.fetch(" UNION ALL ".join(pieces))
        for one in asked:
            found[one.id] = frozenset(row["id"] for row in rows if row["me"] == one.id)
    return found


def _has_units(person: Staff) -> bool:
    # an unknown reach is no reach
    return person.reach in _SIZES


def _people(person: Staff, first: int) -> str:
    own = _own(first)
    if not _has_units(person):
        return own
    return f"{own} UNION ALL SELECT mate.id FROM staff mate WHERE mate.branch_id IN ({_units(person, first)})"  # noqa: S608


def _own(first: int) -> str:
    return _OWN.format(me=f"${first}::bigint", today=clock.today().isoformat())


def _units(person: Staff, first: int, *, with_own: bool = False) -> str:
    kinds = _SIZES[: _SIZES.index(person.reach) + 1] if _has_units(person) else ()
    tops = [f"above.kind IN ({', '.join(repr(kind) for kind in kinds)})"] if kinds else []
    tops += ["above.id = place.id"] if with_own else []
    return _UNITS.format(me=f"${first}::bigint", top=f"({' OR '.join(tops) or 'FALSE'})")
