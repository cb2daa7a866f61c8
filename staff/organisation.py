"""The organisation tree: units are opened, renamed, moved and closed; a subtree's paths move in one statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from kernel import database
from kernel.errors import NotFound, Refused
from staff import audit, permissions, scope
from staff.models import UNIT_KINDS, Branch, Staff

PERMISSION = "organisation.manage"
KIND_NAMES = {"branch": "分行", "sub_branch": "支行", "team": "团队"}

# every change of the tree waits for the one before: a path is read from the parent and must not move meanwhile
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('staff.organisation', 0))"
_HOLD = "SELECT id FROM branch WHERE id = $1 AND NOT is_closed FOR KEY SHARE"
_MOVE = """
UPDATE branch SET path = $2::text || substr(path, length($1::text) + 1),
  parent_id = CASE WHEN id = $3::bigint THEN $4::bigint ELSE parent_id END
WHERE starts_with(path, $1::text)
"""
_PEOPLE = "SELECT branch_id, count(*)::int AS people FROM staff WHERE is_active AND branch_id IS NOT NULL GROUP BY 1"

_BELOW = """
SELECT DISTINCT unit.id FROM branch unit JOIN branch top ON starts_with(unit.path, top.path)
WHERE top.id = ANY($1::bigint[]) ORDER BY unit.id
"""

Count = Callable[[Sequence[int]], Awaitable[dict[int, int]]]
_OCCUPANTS: dict[str, Count] = {}


class Place(NamedTuple):
    """A unit in the tree: how deep it lies, people who work in it and in all under it, its occupants by name."""

    unit: Branch
    depth: int
    people: int
    occupants: dict[str, int]


def occupied_by(name: str, count: Count) -> None:
    """Make known what else belongs to units (`name` as in "3 位客户"); a unit that has some can't be closed."""
    _OCCUPANTS[name] = count


async def open_unit(code: str, name: str, kind: str, parent_id: int | None, by: Staff | None) -> Branch:
    """A new unit under another one, or at the top. Refused: code taken, kind and place don't fit together."""
    _require(by)
    code, name = _words(code, name)
    if kind not in UNIT_KINDS:
        raise Refused("没有这种机构类型", code="organisation.kind")
    async with database.transaction():
        await database.fetch(LOCK)
        if await Branch.exists(code=code):
            raise Refused(f"机构代码 {code} 已被使用", code="organisation.code_taken")
        await _require_reach(by, parent_id)
        if parent_id is not None:
            _require_fits(kind, await _open_one(parent_id))
        made = await Branch.create(code=code, name=name, kind=kind, parent_id=parent_id)
        await made.refresh_from_db(fields=["path"])
        await audit.record(by, "branch.opened", "branch", made.id, kind=kind, parent=parent_id)
    return made


async def rename(unit_id: int, name: str, by: Staff) -> Branch:
    """Another name for a unit."""
    _require(by)
    async with database.transaction():
        await _require_reach(by, unit_id)
        unit = await _open_one(unit_id)
        unit.name = _words(unit.code, name)[1]
        await unit.save(update_fields=["name"])
        await audit.record(by, "branch.renamed", "branch", unit.id)
    return unit


async def move(unit_id: int, parent_id: int | None, by: Staff) -> Branch:
    """Hang a unit with everything under it below another one (None: to the top). Refused: below itself, no fit."""
    _require(by)
    async with database.transaction():
        await database.fetch(LOCK)
        # to the top, away from or under somebody else's unit: not with a reach that ends at the own one
        unit = await _open_one(unit_id)
        for touched in (unit.id, unit.parent_id, parent_id):
            await _require_reach(by, touched)
        parent = await _open_one(parent_id) if parent_id is not None else None
        if parent is not None:
            if parent.path.startswith(unit.path):
                raise Refused("不能移到自己或自己的下级机构之下", code="organisation.circle")
            _require_fits(unit.kind, parent)
        above = parent.path if parent is not None else ""
        await database.execute(_MOVE, unit.path, f"{above}{unit.id}/", unit.id, parent_id)
        await audit.record(by, "branch.moved", "branch", unit.id, was=unit.parent_id, now=parent_id)
        await unit.refresh_from_db()
    return unit


async def close(unit_id: int, by: Staff) -> Branch:
    """Close a unit in which nobody is left. Refused: units below it, people in it, or what else belongs to it."""
    _require(by)
    async with database.transaction():
        await database.fetch(LOCK)
        # whoever hires into it or gives it clients holds the row until that is written
        await database.fetch("SELECT id FROM branch WHERE id = $1 FOR UPDATE", unit_id)
        await _require_reach(by, unit_id)
        unit = await _open_one(unit_id)
        if await Branch.exists(parent_id=unit.id, is_closed=False):
            raise Refused("还有下级机构，请先撤销或移走", code="organisation.units")
        if people := await Staff.filter(branch_id=unit.id, is_active=True).count():
            raise Refused(f"还有 {people} 位成员，请先调整他们的机构", code="organisation.people")
        for name, count in _OCCUPANTS.items():
            if left := (await count([unit.id])).get(unit.id, 0):
                raise Refused(f"还有 {left} {name}属于这个机构，请先移交", code="organisation.occupied")
        unit.is_closed = True
        await unit.save(update_fields=["is_closed"])
        await audit.record(by, "branch.closed", "branch", unit.id)
    return unit


async def hold_open(unit_id: int) -> None:
    """Keep a unit from being closed until the caller's transaction ends. Refused: none, or closed already."""
    if not await database.fetch(_HOLD, unit_id):
        raise Refused("这个机构不存在或已撤销", code="organisation.closed")


async def below(unit_ids: Sequence[int]) -> list[int]:
    """These units and all under them, in order of their ids."""
    return [row["id"] for row in await database.fetch(_BELOW, list(unit_ids))]


async def tree(units: frozenset[int] | None) -> list[Place]:
    """Open units from the top down, each below its parent; `units` narrows to those (None: the whole bank)."""
    everything = await Branch.filter(is_closed=False)
    shown = [unit for unit in everything if units is None or unit.id in units]
    ids = [unit.id for unit in shown]
    counts = {name: await count(ids) for name, count in _OCCUPANTS.items()}
    working = {row["branch_id"]: row["people"] for row in await database.fetch(_PEOPLE)}
    names = {unit.id: unit.name for unit in everything}

    def order(unit: Branch) -> list[tuple[str, int]]:
        line = [int(number) for number in unit.path.split("/") if number]
        return [(names.get(number, ""), number) for number in line]

    people = _summed(shown, working)
    occupants = {name: _summed(shown, numbers) for name, numbers in counts.items()}
    shown.sort(key=order)
    top = min((unit.path.count("/") for unit in shown), default=1)
    return [
        Place(
            unit,
            unit.path.count("/") - top,
            people[unit.id],
            {name: numbers[unit.id] for name, numbers in occupants.items()},
        )
        for unit in shown
    ]


def _summed(shown: Sequence[Branch], numbers: Mapping[int, int]) -> Counter[int]:
    """By unit what it and the shown units under it have, in one pass: each gives to all in its own path."""
    found: Counter[int] = Counter()
    for unit in shown:
        for above in unit.path.split("/"):
            if above:
                found[int(above)] += numbers.get(unit.id, 0)
    return found


def may_hold(kind: str) -> list[str]:
    """The kinds of unit that may lie directly under one of this kind ("" : under head office)."""
    return list(UNIT_KINDS) if not kind else [*UNIT_KINDS[UNIT_KINDS.index(kind) + 1 :]]


async def _open_one(unit_id: int) -> Branch:
    unit = await Branch.get_or_none(id=unit_id, is_closed=False)
    if unit is None:
        raise NotFound("没有这个机构，或已撤销")
    return unit


def _require(by: Staff | None) -> None:
    if by is not None:
        permissions.require(by, PERMISSION)


async def _require_reach(by: Staff | None, unit_id: int | None) -> None:
    # None: directly under head office, which only who sees the whole bank changes
    units = await scope.units_of(by) if by is not None else None
    if units is not None and unit_id not in units:
        raise NotFound("没有这个机构，或已撤销")


def _require_fits(kind: str, parent: Branch) -> None:
    if kind not in may_hold(parent.kind):
        raise Refused(f"{KIND_NAMES[kind]}不能设在{KIND_NAMES[parent.kind]}之下", code="organisation.place")


def _words(code: str, name: str) -> tuple[str, str]:
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Refused("请填写机构代码和名称", code="organisation.words")
    return code[:32], name[:80]
