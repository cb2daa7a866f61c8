"""The language of segments once more, in plain Python over plain facts: slow, and written without the product's SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

NOW = datetime.fromisoformat("2026-09-01T04:00:00+00:00")
TODAY = date(2026, 9, 1)
"""The day in Shanghai at that moment."""


@dataclass
class Person:
    """What is known of one client, as Python sees it."""

    id: int
    owner: int | None = None
    units: frozenset[int] = frozenset()
    tier: str | None = None
    gender: str = ""
    known_at: datetime = NOW
    active_at: datetime | None = None
    days: dict[date, tuple[int, int]] = field(default_factory=dict)
    """day -> total, deposits."""
    due_days: list[date | None] = field(default_factory=list)
    """One entry per account."""
    tags: set[str] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    fans: list[bool] = field(default_factory=list)
    """One per follower's row: whether still subscribed."""
    contacts: list[bool] = field(default_factory=list)
    assessed: list[tuple[datetime, int]] = field(default_factory=list)
    paper_until: date | None = None
    did: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    marketed_on: list[date] = field(default_factory=list)
    got: set[int] = field(default_factory=set)
    control_of: set[int] = field(default_factory=set)
    invitations: dict[int, str] = field(default_factory=dict)
    guest_of: dict[int, bool] = field(default_factory=dict)
    """livestream -> whether reserved."""
    watched: set[int] = field(default_factory=set)
    lists: set[int] = field(default_factory=set)


@dataclass
class World:
    """What isn't about one client: when events begin, which livestreams' viewers are known, what segments mean."""

    event_begins: dict[int, datetime]
    viewers_known: set[int]
    segments: Mapping[str, dict[str, Any]]


def holds(tree: dict[str, Any], one: Person, world: World) -> bool:
    """Whether a tree holds for a person."""
    if not tree:
        return True
    if "items" in tree:
        answers = [holds(item, one, world) for item in tree["items"]]
        return all(answers) if tree["op"] == "and" else any(answers)
    answer = _ASKED[tree["field"]](one, tree["op"], tree.get("value"), world)
    assert isinstance(answer, bool), tree
    return answer


def stage(one: Person) -> str:
    """The stage of life, by the rules of the description."""
    ever = any(total > 0 for total, _ in one.days.values())
    ties = [*one.fans, *one.contacts]
    if _latest(one)[0] > 0:
        old = any(total > 0 and day <= TODAY - timedelta(days=180) for day, (total, _) in one.days.items())
        return "loyal" if len(one.due_days) >= 2 or old else "deciding"
    if ever or (ties and not any(ties)):
        return "lost"
    is_recent = one.active_at is not None and one.active_at >= NOW - timedelta(days=90)
    return "interested" if is_recent else "aware"


def _latest(one: Person) -> tuple[int, int]:
    return one.days[max(one.days)] if one.days else (0, 0)


def _within(value: list[int | None], figure: int) -> bool:
    least, below = value
    return (least is None or figure >= least) and (below is None or figure < below)


def _average(one: Person) -> int:
    some = [total for day, (total, _) in one.days.items() if TODAY - timedelta(days=30) < day <= TODAY]
    return sum(some) // len(some) if some else 0


def _change(one: Person) -> int:
    before = [day for day in one.days if day <= TODAY - timedelta(days=30)]
    return _latest(one)[0] - (one.days[max(before)][0] if before else 0)


def _ahead(day: date | None, days: int) -> bool:
    return day is not None and TODAY <= day <= TODAY + timedelta(days=days)


def _level(one: Person) -> int | None:
    year_ago = NOW.replace(year=NOW.year - 1)
    valid = [pair for pair in one.assessed if year_ago < pair[0] <= NOW]
    return max(valid)[1] if valid else None


def _often(one: Person, value: dict[str, Any]) -> bool:
    since = NOW - timedelta(days=value["days"])
    kind: str = value["kind"]
    times: int = value["times"]
    return sum(1 for what, at, _ in one.did if what == kind and at >= since) >= times


def _campaigns(one: Person, op: str, value: list[int]) -> bool:
    if op == "control":
        return bool(one.control_of & set(value))
    if op in ("got", "got_not"):
        return bool(one.got & set(value)) == (op == "got")
    clicked = any(kind == "link.clicked" and what.get("campaign") in value for kind, _, what in one.did)
    return clicked == (op == "clicked")


def _events(one: Person, op: str, value: list[int], world: World) -> bool:
    states = {number: state for number, state in one.invitations.items() if number in value}
    if op == "not_invited":
        return not states
    if op == "accepted":
        return any(state in ("accepted", "attended") for state in states.values())
    if op == "attended":
        return "attended" in states.values()
    return any(state == "accepted" and world.event_begins[number] < NOW for number, state in states.items())


def _livestreams(one: Person, op: str, value: list[int], world: World) -> bool:
    if op == "watched":
        return bool(one.watched & set(value))
    if op == "reserved":
        return any(one.guest_of.get(number, False) for number in value)
    return any(
        number in one.guest_of and number in world.viewers_known and number not in one.watched for number in value
    )


def _active(one: Person, op: str, value: int) -> bool:
    is_within = one.active_at is not None and one.active_at >= NOW - timedelta(days=value)
    return is_within == (op == "within")


_ASKED: dict[str, Any] = {
    "tier": lambda one, op, value, _: (one.tier in value) == (op == "in"),
    "stage": lambda one, _op, value, _: stage(one) in value,
    "gender": lambda one, _op, value, _: (one.gender or "u") in value,
    "tag": lambda one, op, value, _: bool(one.tags & set(value)) == (op == "has"),
    "owner": lambda one, _op, value, _: one.owner in value,
    "branch": lambda one, _op, value, _: bool(one.units & set(value)),
    "known": lambda one, op, value, _: (one.known_at >= NOW - timedelta(days=value)) == (op == "within"),
    "risk": lambda one, op, value, _: _level(one) in value if op == "in" else _level(one) is None,
    "document": lambda one, _op, value, _: _ahead(one.paper_until, value),
    "balance": lambda one, _op, value, _: _within(value, _latest(one)[0]),
    "deposit": lambda one, _op, value, _: _within(value, _latest(one)[1]),
    "average": lambda one, _op, value, _: _within(value, _average(one)),
    "change": lambda one, _op, value, _: _within(value, _change(one)),
    "maturity": lambda one, _op, value, _: any(_ahead(day, value) for day in one.due_days),
    "activity": lambda one, op, value, _: _active(one, op, value),
    "behaviour": lambda one, op, value, _: _often(one, value) == (op == "did"),
    "contacted": lambda one, op, value, _: (
        any(day > TODAY - timedelta(days=value) for day in one.marketed_on) == (op == "within")
    ),
    "group": lambda one, op, value, _: bool(one.groups & set(value)) == (op == "in"),
    "fan": lambda one, op, _value, _: any(one.fans) == (op == "is"),
    "contact": lambda one, op, _value, _: any(one.contacts) == (op == "is"),
    "campaign": lambda one, op, value, _: _campaigns(one, op, value),
    "event": _events,
    "livestream": _livestreams,
    "list": lambda one, op, value, _: bool(one.lists & set(value)) == (op == "in"),
    "segment": lambda one, op, value, world: (
        any(holds(world.segments[name], one, world) for name in value) == (op == "in")
    ),
}
