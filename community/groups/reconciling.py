"""The full pass over WeCom's lists: what callbacks lost is added; what is gone is removed only when all was read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from community.clients import listing
from community.clients.listing import Pass
from community.groups import arrivals, reading, roster
from community.groups.models import Group
from community.reconciling.models import ReconcileRun
from kernel import clock, database, logs, settings
from wechat import doors
from wechat.faults import WeChatFault
from wechat.shapes import GroupSnapshot

MEMBERS_AT_ONCE = 100
OWNERLESS_UP_TO = 1000
"""WeCom lists the groups of a corp of more members only by owner."""
FEW = 50
MOST_REMOVED = 0.5
"""A pass that would remove more than FEW and more than this share of all is not believed: a person looks first."""
GONE_GROUPS = """
SELECT id FROM client_group
WHERE corpid = $1 AND status = 'active' AND coalesce(seen_run_id, 0) < $2 AND created_at < $3 ORDER BY id
"""
SEEN_GROUP = "UPDATE client_group SET seen_run_id = greatest(seen_run_id, $2) WHERE id = $1"
_log = logs.get(__name__)


class Incomplete(Exception):
    """The pass may not remove anything; the text says why."""


async def run() -> list[ReconcileRun]:
    """Both passes; the second is made also when the first could not be completed."""
    return [await reconcile_contacts(), await reconcile_groups()]


async def reconcile_contacts() -> ReconcileRun:
    """All contacts of all members who may have clients."""
    return await _run("contacts", _read_contacts, _end_contacts)


async def reconcile_groups() -> ReconcileRun:
    """All groups with their members."""
    losing: dict[int, GroupSnapshot] = {}

    async def read(row: ReconcileRun, this: Pass) -> None:
        await _read_groups(row, this, losing)
        # nothing failed: now people may be taken out as well
        for group_id, snapshot in losing.items():
            await _take(row, group_id, snapshot)

    return await _run("groups", read, _dismiss_groups)


async def _run(
    scope: str,
    read: Callable[[ReconcileRun, Pass], Awaitable[None]],
    remove: Callable[[Pass], Awaitable[int]],
) -> ReconcileRun:
    row = await ReconcileRun.create(scope=scope, started_at=clock.now())
    this = Pass(row.id, settings.get().wecom_corpid, row.started_at)
    try:
        await read(row, this)
        row.removed += await remove(this)
        row.complete = True
    except (WeChatFault, Incomplete) as reason:
        row.problem = str(reason)
        _log.warning("reconcile.incomplete", scope=scope, problem=row.problem)
    row.finished_at = clock.now()
    await row.save()
    return row


async def _read_contacts(row: ReconcileRun, this: Pass) -> None:
    wecom = doors.wecom()
    userids = await wecom.follow_users()
    if not userids:
        raise Incomplete("no member has clients, says WeCom")
    for start in range(0, len(userids), MEMBERS_AT_ONCE):
        cursor = ""
        while True:
            page = await wecom.contacts_of(userids[start : start + MEMBERS_AT_ONCE], cursor)
            row.added += await listing.see(this, page.items)
            row.seen += len(page.items)
            cursor = page.cursor
            if not cursor:
                break


async def _end_contacts(this: Pass) -> int:
    gone, present = await listing.unseen(this)
    _believe(gone, present)
    return await listing.end_unseen(this)


async def _read_groups(row: ReconcileRun, this: Pass, losing: dict[int, GroupSnapshot]) -> None:
    wecom = doors.wecom()
    userids = await wecom.staff_ids()
    if len(userids) <= OWNERLESS_UP_TO:
        await _read_groups_of(row, this, losing, ())
        return
    owners = await wecom.follow_users()
    for start in range(0, len(owners), MEMBERS_AT_ONCE):
        await _read_groups_of(row, this, losing, owners[start : start + MEMBERS_AT_ONCE])


async def _read_groups_of(
    row: ReconcileRun, this: Pass, losing: dict[int, GroupSnapshot], owners: Sequence[str]
) -> None:
    wecom = doors.wecom()
    cursor = ""
    while True:
        page = await wecom.group_ids(cursor, owners)
        for chat_id in page.items:
            group = await roster.find_or_fetch(this.corpid, chat_id)
            snapshot = await wecom.group(chat_id)
            if await roster.loses_members(group.id, snapshot):
                losing[group.id] = snapshot
            else:
                await _take(row, group.id, snapshot)
            await database.execute(SEEN_GROUP, group.id, this.run_id)
            row.seen += 1
        cursor = page.cursor
        if not cursor:
            return


async def _take(row: ReconcileRun, group_id: int, snapshot: GroupSnapshot) -> None:
    joined, left = await reading.take(group_id, snapshot)
    row.added += joined
    row.removed += left


async def _dismiss_groups(this: Pass) -> int:
    gone = [row["id"] for row in await database.fetch(GONE_GROUPS, this.corpid, this.run_id, this.started_at)]
    _believe(len(gone), await Group.filter(corpid=this.corpid, status="active").count())
    for group_id in gone:
        async with database.transaction():
            left = await roster.dismiss(await Group.get(id=group_id), clock.now(), how="gone")
            await arrivals.note(group_id, [], left)
    return len(gone)


def _believe(gone: int, present: int) -> None:
    if gone > FEW and gone > present * MOST_REMOVED:
        raise Incomplete(f"{gone} of {present} would be removed: look at WeCom's permissions first")
