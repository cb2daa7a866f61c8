"""Lists of members that come late or in the wrong order never take anybody out who is in, nor keep anybody out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from community.clients.models import TimelineEntry
from community.groups import reading, roster
from community.groups.models import Membership
from wechat.shapes import GroupMember, GroupSnapshot

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
CORP = "wwtest0000000001"


@pytest.fixture
async def group_id(db: None) -> int:
    return await roster.number_of(CORP, "wr-one")


def listed(version: str, seconds: float, **joined: float) -> GroupSnapshot:
    """The list of one version, asked for so many seconds after ten; members by id with the second of their coming."""
    members = tuple(
        GroupMember(id=f"wm{one}", is_staff=False, joined_at=AT + timedelta(seconds=at), join_scene=3)
        for one, at in joined.items()
    )
    asked_at = AT + timedelta(seconds=seconds)
    return GroupSnapshot("wr-one", "群", "zhang.wei", "", AT, version, members, asked_at)


async def inside(group_id: int) -> set[str]:
    return {one.member_id for one in await Membership.filter(group_id=group_id, left_at=None)}


async def told(kind: str) -> int:
    return await TimelineEntry.filter(kind=kind).count()


async def test_of_two_lists_on_their_way_the_one_asked_for_later_counts(group_id: int) -> None:
    await reading.take(group_id, listed("v7", 5.0, old=0, new=4))
    await reading.take(group_id, listed("v5", 3.0, old=0))
    assert await inside(group_id) == {"wmold", "wmnew"}
    assert (await told("group.joined"), await told("group.left")) == (2, 0)


async def test_who_left_and_came_back_in_one_second_is_inside(group_id: int) -> None:
    await reading.take(group_id, listed("v1", 1.0, one=0))
    # missing in a list of the second in which they come again, told in whole seconds
    await reading.take(group_id, listed("v2", 3.5))
    await reading.take(group_id, listed("v3", 4.0, one=3))
    assert await inside(group_id) == {"wmone"}
    assert (await told("group.joined"), (await Membership.get()).times_joined) == (2, 2)


async def test_whom_a_lagging_list_lacked_has_not_come_twice(group_id: int) -> None:
    await reading.take(group_id, listed("v1", 1.0, one=0))
    await reading.take(group_id, listed("v0", 2.0))
    assert await inside(group_id) == set()
    await reading.take(group_id, listed("v2", 3.0, one=0))
    assert await inside(group_id) == {"wmone"}
    assert (await told("group.joined"), (await Membership.get()).times_joined) == (1, 1)
