"""The bank of the authorisation matrix: a small organisation, an actor per role and reach, and things at every place.

Everybody who acts works in one team. Things lie ever further away: their own, the team's, the next team's in the same
sub-branch, the next sub-branch's, the next branch's. What an actor should reach is said here once more, in plain
sets, and not asked of staff.scope.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette

from kernel import cache, clock, database
from staff.models import ROLES, Branch, Staff
from tests import casting, emptying
from tests.browsing import Browser
from tests.conftest import KEPT
from web import session

REACHES = ("own", "team", "sub_branch", "branch", "bank")
PLACES = ("team", "next team", "next sub-branch", "next branch")
"""From near to far; "mine" is nearer than all."""
NOTHING = 999_999_999

PERSONAL = {
    "own": ("mine", "team"),
    "team": ("team", "next team"),
    "sub_branch": ("next team", "next sub-branch"),
    "branch": ("next sub-branch", "next branch"),
    "bank": ("next branch", None),
}
"""What belongs to a person (a client, a group, an import): the furthest within each reach, and the first beyond."""
PLANNED = PERSONAL | {"own": ("team", "next team")}
"""What belongs to a unit: who has no reach sees the own unit's plans all the same."""
DECIDED = PERSONAL | {"own": (None, "team")}
"""What a unit asks other people's word for: within reach only."""
MOVED = DECIDED | {"team": (None, "next team")}
"""A unit that is moved is within reach with the unit above it: nobody moves the top of the own reach."""
MINE: dict[str, tuple[str | None, str | None]] = dict.fromkeys(REACHES, ("mine", "team"))
"""What is a person's very own (a session, a declaration), however far the reach goes."""
WHOLE: dict[str, tuple[str | None, str | None]] = dict.fromkeys(REACHES, (None, "common")) | {"bank": ("common", None)}
"""What concerns the whole bank and is touched by those only who reach all of it."""
COMMON: dict[str, tuple[str | None, str | None]] = dict.fromkeys(REACHES, ("common", None))
"""What belongs to the whole bank: beyond it is only what does not exist."""

NOBODYS: dict[str, tuple[str | None, str | None]] = dict.fromkeys(REACHES, (None, None))
"""Kinds of which this bank has none: only that what does not exist is told like what is not one's own."""


@dataclass
class World:
    """Everything that was made. things: kind -> place (or "mine:<login>") -> id or key."""

    app: Starlette
    units: dict[str, Branch] = field(default_factory=dict)
    colleagues: dict[str, Staff] = field(default_factory=dict)
    actors: dict[tuple[str, str], Staff] = field(default_factory=dict)
    browsers: dict[tuple[str, str], Browser] = field(default_factory=dict)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    rings: dict[str, dict[str, tuple[str | None, str | None]]] = field(default_factory=dict)

    def own(self, kind: str, actor: Staff) -> Any:
        """The furthest thing of this kind that the actor reaches; None when there is none."""
        return self._at(kind, self.rings.get(kind, NOBODYS)[actor.reach][0], actor)

    def other(self, kind: str, actor: Staff) -> Any:
        """The nearest thing beyond; what does not exist, where nothing is beyond."""
        found = self._at(kind, self.rings.get(kind, NOBODYS)[actor.reach][1], actor)
        return NOTHING if found is None else found

    def _at(self, kind: str, place: str | None, actor: Staff) -> Any:
        return self.things.get(kind, {}).get(f"mine:{actor.login}" if place == "mine" else place or "")

    def put(self, kind: str, ring: dict[str, tuple[str | None, str | None]], place: str, key: Any) -> None:
        """Note a thing."""
        self.rings[kind] = ring
        self.things.setdefault(kind, {})[place] = key


Maker = Callable[[World], Awaitable[None]]


async def build(makers: list[Maker]) -> World:
    """An empty database, then the organisation, the actors with their browsers, and what each maker makes."""
    await _empty()
    world = World(casting.application())
    await _organise(world)
    for make in makers:
        await make(world)
    for key, actor in world.actors.items():
        browser = Browser(world.app)
        made = await casting.open_session(browser, actor, has_second_factor=True)
        # ahead, so that no proof grows old while the matrix runs
        made.stepped_up_at = clock.now() + timedelta(hours=2)
        await made.save()
        world.browsers[key] = browser
    assert session.cookie_name() == "huiliu"
    return world


async def _empty() -> None:
    rows = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await emptying.empty(f'"{row["tablename"]}"' for row in rows if row["tablename"] not in KEPT)
    await cache.redis_client().flushall()
    # ids that don't meet those of other kinds, so that one can't be taken for another on a page
    sequences = await database.fetch("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    for number, row in enumerate(sorted(row["sequencename"] for row in sequences), start=1):
        await database.fetch(f"SELECT setval('\"{row}\"', {number * 1000})")


async def _organise(world: World) -> None:
    async def unit(code: str, kind: str, parent: Branch | None) -> Branch:
        made = await Branch.create(code=code, name=f"{code}机构", kind=kind, parent=parent)
        made.path = f"{parent.path if parent else ''}{made.id}/"
        await made.save()
        return made

    near, far = await unit("B1", "branch", None), await unit("B2", "branch", None)
    inner, outer = await unit("S1", "sub_branch", near), await unit("S2", "sub_branch", near)
    world.units = {
        "team": await unit("T1", "team", inner),
        "next team": await unit("T2", "team", inner),
        "next sub-branch": outer,
        "next branch": far,
    }
    for place, at in world.units.items():
        world.colleagues[place] = await Staff.create(
            login=f"colleague-{at.code}", name="同事", role="marketing", branch=at, wecom_userid=f"wc{at.code}"
        )
    stored = await casting.password_hash()
    for role in ROLES:
        for reach in REACHES:
            world.actors[role, reach] = await Staff.create(
                login=f"{role}-{reach}",
                name=f"{'同事' if reach == 'own' else '演员'}{role[:2]}{reach[:2]}",
                role=role,
                reach=reach,
                branch=world.units["team"],
                wecom_userid=f"{role}-{reach}",
                password_hash=stored,
            )


def holders(world: World) -> list[tuple[str, Staff, Branch]]:
    """Who holds a thing of each place: the colleague there, and each actor without reach for what is "mine"."""
    found = [(place, world.colleagues[place], at) for place, at in world.units.items()]
    mine = [actor for (_role, reach), actor in world.actors.items() if reach == "own"]
    return found + [(f"mine:{actor.login}", actor, world.units["team"]) for actor in mine]


def phone_of(client_id: int) -> str:
    """The phone that the client of this id has."""
    return f"139{client_id:08d}"


async def make_clients(world: World) -> None:
    """A client per holder, still without a name."""
    for place, owner, at in holders(world):
        row = await database.fetch_one(
            "INSERT INTO client (branch_id, owner_id, marketing_consent) VALUES ($1, $2, TRUE) RETURNING id",
            at.id,
            owner.id,
        )
        assert row
        world.put("client", PERSONAL, place, int(row["id"]))
