"""Reading a group from WeCom: after it was made, after a change that the callback does not spell out, after a gap."""

from __future__ import annotations

from datetime import timedelta

from community.groups import arrivals, roster
from community.groups.models import Group
from kernel import clock, database, logs
from wechat import doors
from wechat.faults import Never, WeChatFault
from wechat.shapes import GroupSnapshot

STALE = """
SELECT id FROM client_group WHERE stale_at IS NOT NULL AND status = 'active' ORDER BY stale_at LIMIT $1
"""
AT_MOST_EVERY = timedelta(seconds=5)
PATIENCE = timedelta(hours=1)
_log = logs.get(__name__)


async def read(group_id: int) -> None:
    """Read one group and make our list the same; a group that WeCom does not know (any more) is dismissed.

    Many changes ask for the same group: nothing is read while the list is good, or was read since the last one.
    """
    group = await Group.get_or_none(id=group_id, status="active", stale_at__not_isnull=True)
    if group is None or _was_just_read(group):
        return
    try:
        snapshot = await doors.wecom(group.corpid).group(group.chat_id)
    except Never as never:
        await _give_up(group, never)
        return
    await take(group_id, snapshot)


async def take(group_id: int, snapshot: GroupSnapshot) -> tuple[int, int]:
    """Make our list that of a snapshot; how many came and went."""
    async with database.transaction():
        joined, left = await roster.apply_snapshot(group_id, snapshot)
        await arrivals.note(group_id, joined, left)
    return len(joined), len(left)


async def close(group_id: int, how: str) -> int:
    """WeCom has no such group (any more): it is over, and everybody has left it; how many were inside."""
    async with database.transaction():
        left = await roster.dismiss(group_id, clock.now(), how=how)
        await arrivals.note(group_id, [], left)
    return len(left)


async def read_stale(limit: int = 100) -> int:
    """Read groups whose list we know to be old; stops at the first trouble with WeCom."""
    read_count = 0
    try:
        for row in await database.fetch(STALE, limit):
            await read(row["id"])
            read_count += 1
    except WeChatFault as fault:
        _log.warning("groups.unread", fault=str(fault))
    return read_count


def _was_just_read(group: Group) -> bool:
    read_at, stale_at = group.read_at, group.stale_at
    return bool(read_at and stale_at and read_at > stale_at and read_at > clock.now() - AT_MOST_EVERY)


async def _give_up(group: Group, never: Never) -> None:
    # a group just made may not be readable for a moment: only a lasting refusal says that it is gone
    if group.stale_at is not None and group.stale_at < clock.now() - PATIENCE:
        _log.warning("group.unreadable", group=group.id, fault=str(never))
        await close(group.id, "unreadable")
