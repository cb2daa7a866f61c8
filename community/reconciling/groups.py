"""All client groups with their members: the list first, then each group that has to be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from community.groups import reading, roster
from community.groups.models import Group
from community.reconciling import believing, drift, pacing
from community.reconciling.passes import Taken, This
from kernel import clock, database
from wechat import doors
from wechat.events import Side
from wechat.faults import Never
from wechat.shapes import GroupSnapshot

SIDE: Side = "wecom"
OWNERS_AT_ONCE = 100
OWNERLESS_UP_TO = 1000
"""WeCom lists the groups of a corp of more members only by owner."""
NO_SUCH_GROUP = (86003, 90501, 40050)
FRESH = timedelta(hours=20)
"""An incremental pass does not read again what was read since."""
SEEN = """
UPDATE client_group SET seen_run_id = greatest(seen_run_id, $3) WHERE corpid = $1 AND chat_id = ANY($2::text[])
"""
TO_READ = """
SELECT g.chat_id FROM unnest($2::text[]) AS g(chat_id)
LEFT JOIN client_group k ON k.corpid = $1 AND k.chat_id = g.chat_id
WHERE k.id IS NULL OR k.status <> 'active' OR k.stale_at IS NOT NULL OR coalesce(k.read_at, $3) <= $3
"""
GONE = """
SELECT id, chat_id FROM client_group
WHERE corpid = $1 AND status = 'active' AND coalesce(seen_run_id, 0) < $2 AND created_at < $3 ORDER BY id
"""
HOLD = "UPDATE reconcile_run SET held = held || $2::jsonb WHERE id = $1"


class Found(NamedTuple):
    """One group as WeCom shows it; None: listed, and yet not readable."""

    chat_id: str
    snapshot: GroupSnapshot | None


async def plan(this: This) -> list[str]:
    """All chat ids that the list holds; of an incremental pass those that we don't know well. Marks all as seen."""
    listed = await _listed(this)
    await database.execute(SEEN, this.app, listed, this.run_id)
    if this.is_full:
        return listed
    rows = await database.fetch(TO_READ, this.app, listed, clock.now() - FRESH)
    return [row["chat_id"] for row in rows]


async def read(this: This, item: str, _cursor: str) -> tuple[Found, str]:
    """One group with its members."""
    try:
        return Found(item, await doors.wecom(this.app).group(item)), ""
    except Never:
        # dismissed since it was listed, or not ours to read: no word about who is inside
        return Found(item, None), ""


async def take(this: This, found: Found) -> Taken:
    """Take a group over; one that loses members waits until all groups were read without an error."""
    group = await roster.find_or_fetch(this.app, found.chat_id)
    await database.execute(SEEN, this.app, [found.chat_id], this.run_id)
    if found.snapshot is None:
        seen = [(found.chat_id, group.id)]
        await drift.note(this.run_id, "group", "differs", 1, mended=0, field="unreadable", samples=seen)
        return Taken(1)
    if group.read_at is None:
        await drift.note(this.run_id, "group", "missing_here", 1, samples=[(found.chat_id, group.id)])
    await _note_fields(this, group, found.snapshot)
    missing = await roster.missing_from(group.id, found.snapshot)
    if missing:
        await drift.note(
            this.run_id, "member", "missing_there", len(missing), mended=0, samples=[(one, group.id) for one in missing]
        )
        await database.execute(HOLD, this.run_id, json.dumps([found.chat_id]))
        return Taken(1)
    joined, left = await reading.take(group.id, found.snapshot)
    if group.read_at is not None:
        await drift.note(this.run_id, "member", "missing_here", joined)
    return Taken(1, joined, left)


async def finish(this: This) -> int:
    """Now people are taken out of groups, and groups that the list lacks are closed, each after a second look."""
    removed = 0
    held = await database.fetch_value("SELECT held FROM reconcile_run WHERE id = $1", this.run_id)
    for chat_id in json.loads(held):
        removed += await _take_out(this, chat_id)
    gone = await database.fetch(GONE, this.app, this.run_id, this.started_at)
    samples = ((row["chat_id"], row["id"]) for row in gone)
    await drift.note(this.run_id, "group", "missing_there", len(gone), mended=0, samples=samples)
    sql = "SELECT count(*) FROM client_group WHERE corpid = $1 AND status = 'active'"
    believing.check(len(gone), await database.fetch_value(sql, this.app))
    for row in gone:
        if await _is_gone(this, row["chat_id"]):
            removed += await reading.close(row["id"], "gone")
            await drift.mend(this.run_id, "group", "missing_there", 1)
    return removed


async def _listed(this: This) -> list[str]:
    wecom = doors.wecom(this.app)
    if len(await wecom.staff_ids()) <= OWNERLESS_UP_TO:
        return await _listed_of(this, ())
    owners = await wecom.follow_users()
    found: list[str] = []
    for start in range(0, len(owners), OWNERS_AT_ONCE):
        found += await _listed_of(this, owners[start : start + OWNERS_AT_ONCE])
    return found


async def _listed_of(this: This, owners: Sequence[str]) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        await pacing.wait(this.app)
        page = await doors.wecom(this.app).group_ids(cursor, owners)
        found += page.items
        cursor = page.cursor
        if not cursor:
            return found


async def _note_fields(this: This, group: Group, told: GroupSnapshot) -> None:
    if group.read_at is None:
        return
    pairs = (
        ("name", group.name, told.name),
        ("notice", group.notice, told.notice),
        ("owner", group.owner_userid, told.owner),
    )
    for field, ours, theirs in pairs:
        if ours != theirs:
            await drift.note(this.run_id, "group", "differs", 1, field=field, samples=[(group.chat_id, group.id)])


async def _take_out(this: This, chat_id: str) -> int:
    group = await Group.get(corpid=this.app, chat_id=chat_id)
    await pacing.wait(this.app)
    try:
        snapshot = await doors.wecom(this.app).group(chat_id)
    except Never:
        return 0
    joined, left = await reading.take(group.id, snapshot)
    await drift.note(this.run_id, "member", "missing_here", joined)
    await drift.mend(this.run_id, "member", "missing_there", left)
    return left


async def _is_gone(this: This, chat_id: str) -> bool:
    # the list may be cut to what the app sees, or by owners who left: only a clear word closes a group
    await pacing.wait(this.app)
    try:
        await doors.wecom(this.app).group(chat_id)
    except Never as never:
        return never.errcode in NO_SUCH_GROUP
    return False
