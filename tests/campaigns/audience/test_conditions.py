"""The language of segments: what it refuses, and that its SQL says the same as a reading of the tree in Python."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience import conditions
from kernel import database
from kernel.errors import Refused
from staff.models import Branch, Staff

NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
TIERS = ("basic", "gold", "diamond")
TAGS = ("理财", "退休", "车主")
PEOPLE = 40


@dataclass
class Person:
    """What is known of one client, as Python sees it."""

    id: int
    owner: int | None
    branch: int | None
    tier: str | None
    active_at: datetime | None
    balances: list[int]
    tags: set[str] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    is_fan: bool = False
    is_contact: bool = False


def holds(tree: dict[str, Any], person: Person) -> bool:  # noqa: C901  # one case per field
    """An independent reading of a tree."""
    if not tree:
        return True
    if "items" in tree:
        answers = [holds(item, person) for item in tree["items"]]
        return all(answers) if tree["op"] == "and" else any(answers)
    value = tree.get("value")
    latest = person.balances[-1] if person.balances else 0
    match tree["field"], tree["op"]:
        case "tier", operator:
            return (person.tier in value) == (operator == "in")
        case "tag", operator:
            return bool(person.tags & set(value)) == (operator == "has")
        case "owner", _:
            return person.owner in value
        case "branch", _:
            return person.branch in value
        case "balance", _:
            return (value[0] is None or latest >= value[0]) and (value[1] is None or latest < value[1])
        case "activity", "within":
            return person.active_at is not None and person.active_at >= NOW - timedelta(days=value)
        case "activity", _:
            return person.active_at is None or person.active_at < NOW - timedelta(days=value)
        case "group", operator:
            return bool(person.groups & set(value)) == (operator == "in")
        case "fan", operator:
            return person.is_fan == (operator == "is")
        case "contact", operator:
            return person.is_contact == (operator == "is")
    raise AssertionError(tree)


def _some(values: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


_ENDS = st.none() | st.integers(min_value=-10, max_value=500)
LEAF = st.one_of(
    st.fixed_dictionaries({"field": st.just("tier"), "op": st.sampled_from(["in", "not_in"]), "value": _some(TIERS)}),
    st.fixed_dictionaries({"field": st.just("tag"), "op": st.sampled_from(["has", "has_not"]), "value": _some(TAGS)}),
    st.fixed_dictionaries({"field": st.sampled_from(["owner", "branch"]), "op": st.just("in"), "value": _some((1, 2))}),
    st.fixed_dictionaries(
        {"field": st.just("group"), "op": st.sampled_from(["in", "not_in"]), "value": _some((1, 2, 3))}
    ),
    st.fixed_dictionaries(
        {
            "field": st.just("balance"),
            "op": st.just("between"),
            "value": st.tuples(_ENDS, _ENDS)
            .filter(lambda band: band != (None, None) and (None in band or band[0] < band[1]))
            .map(list),
        }
    ),
    st.fixed_dictionaries(
        {"field": st.just("activity"), "op": st.sampled_from(["within", "older"]), "value": st.integers(1, 60)}
    ),
    st.fixed_dictionaries({"field": st.sampled_from(["fan", "contact"]), "op": st.sampled_from(["is", "is_not"])}),
)
INNER = st.fixed_dictionaries({"op": st.sampled_from(["and", "or"]), "items": st.lists(LEAF, min_size=1, max_size=3)})
TREE = (
    st.just({})
    | LEAF
    | st.fixed_dictionaries(
        {"op": st.sampled_from(["and", "or"]), "items": st.lists(LEAF | INNER, min_size=1, max_size=3)}
    )
)


@pytest.fixture
async def people(db: None) -> list[Person]:
    """Forty clients with random facts, written by plain inserts."""
    chance = random.Random(7)
    for code in ("a", "b"):
        branch = await Branch.create(code=code, name=code)
        await Staff.create(login=code, name=code, role="director", branch=branch)
    for group in (1, 2, 3):
        await database.execute("INSERT INTO client_group (corpid, chat_id) VALUES ('ww', $1)", f"g{group}")
    for tag in TAGS:
        await database.execute("INSERT INTO tag (name) VALUES ($1)", tag)
    return [await _write(chance) for _ in range(PEOPLE)]


async def _write(chance: random.Random) -> Person:
    active_at = chance.choice([None, NOW - timedelta(days=chance.randint(0, 60), hours=chance.randint(0, 23))])
    person = Person(
        0,
        chance.choice([None, 1, 2]),
        chance.choice([None, 1, 2]),
        chance.choice([None, *TIERS]),
        active_at,
        [chance.randint(-5, 500) for _ in range(chance.randint(0, 3))],
        {tag for tag in TAGS if chance.random() < 0.3},
        {group for group in (1, 2, 3) if chance.random() < 0.3},
        chance.random() < 0.5,
        chance.random() < 0.5,
    )
    person.id = await database.fetch_value(
        "INSERT INTO client (owner_id, branch_id, last_activity_at) VALUES ($1, $2, $3) RETURNING id",
        *(person.owner, person.branch, active_at),
    )
    if person.tier:
        await database.execute(
            "INSERT INTO standing (client_id, tier, months_below, since_on, reviewed_month)"
            " VALUES ($1, $2, 0, '2026-01-01', '2026-01-01')",
            *(person.id, person.tier),
        )
    for day, balance in enumerate(person.balances, start=1):
        await database.execute(
            "INSERT INTO client_day (client_id, day, total_fen, deposit_fen) VALUES ($1, $2, $3, 0)",
            *(person.id, date(2026, 8, day), balance),
        )
    await _write_ties(person)
    return person


async def _write_ties(person: Person) -> None:
    for tag in person.tags:
        await database.execute(
            "INSERT INTO client_tag (client_id, tag_id) SELECT $1, id FROM tag WHERE name = $2", person.id, tag
        )
    for group in (1, 2, 3):
        # who left a group is not in it
        await database.execute(
            "INSERT INTO membership (group_id, member_id, is_client, client_id, left_at) VALUES ($1, $2, TRUE, $3, $4)",
            *(group, f"m{person.id}", person.id, None if group in person.groups else NOW),
        )
    await database.execute(
        "INSERT INTO fan (client_id, appid, openid, subscribed) VALUES ($1, 'wx', $2, $3)",
        *(person.id, f"o{person.id}", person.is_fan),
    )
    await database.execute(
        "INSERT INTO contact (client_id, corpid, userid, external_userid, ended_at) VALUES ($1, 'ww', 'u', $2, $3)",
        *(person.id, f"wm{person.id}", None if person.is_contact else NOW),
    )


async def test_the_sql_of_a_tree_finds_whom_a_reading_in_python_finds(people: list[Person]) -> None:
    import asyncio

    loop = asyncio.get_running_loop()

    async def found(tree: dict[str, Any], first: int) -> set[int]:
        compiled = conditions.compile_tree(tree, now=NOW, first=first)
        padding = list(range(first - 1))
        pads = "".join(f" AND ${number}::int IS NOT NULL" for number in range(1, first))
        sql = f"SELECT c.id FROM client c WHERE {compiled.sql}{pads}"
        return {row["id"] for row in await database.fetch(sql, *padding, *compiled.arguments)}

    @settings(
        max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(TREE, st.integers(min_value=1, max_value=4))
    def compare(tree: dict[str, Any], first: int) -> None:
        got = asyncio.run_coroutine_threadsafe(found(tree, first), loop).result()
        assert got == {person.id for person in people if holds(tree, person)}

    await asyncio.to_thread(compare)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"field": "phone", "op": "is", "value": "1"}, "不认识"),
        ({"field": "tier", "op": "in", "value": []}, "至少选择一项"),
        ({"field": "tier", "op": "in", "value": "gold"}, "至少选择一项"),
        ({"field": "owner", "op": "in", "value": ["1; DROP TABLE client"]}, "至少选择一项"),
        ({"field": "owner", "op": "in", "value": [True]}, "至少选择一项"),
        ({"field": "balance", "op": "between", "value": [5, 5]}, "小于上限"),
        ({"field": "balance", "op": "between", "value": [None, None]}, "下限或上限"),
        ({"field": "activity", "op": "within", "value": 0}, "天数"),
        ({"op": "and", "items": []}, "空的"),
        ({"op": "xor", "items": [{"field": "fan", "op": "is"}]}, "全部满足"),
        ({"op": "and", "items": ["x"]}, "格式"),
        ({"op": "and", "items": [{"field": "fan", "op": "is"}] * 41}, "最多 40 条"),
        (
            {"op": "and", "items": [{"op": "or", "items": [{"op": "or", "items": [{"op": "or", "items": [{}]}]}]}]},
            "嵌套",
        ),
    ],
)
def test_what_is_not_in_the_language_is_refused_in_words(tree: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        conditions.compile_tree(tree, now=NOW)


def test_a_value_never_becomes_sql() -> None:
    evil = "'; DROP TABLE client; --"
    compiled = conditions.compile_tree({"field": "tag", "op": "has", "value": [evil]}, now=NOW)
    assert evil not in compiled.sql
    assert compiled.arguments == [[evil]]
