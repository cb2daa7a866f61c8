"""Who is in a group: follows WeCom by the versions of its member list, and reads it anew when the chain has a gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from community.clients import contacts, identities, returning
from community.groups import tasks
from community.groups.models import Group
from kernel import clock, database
from wechat.events import GroupChanged
from wechat.shapes import GroupMember, GroupSnapshot

LAG = timedelta(seconds=60)
"""WeCom's own list may lag some seconds behind its callbacks; after this long it is the truth."""
DOUBT = timedelta(minutes=10)
"""A group dismissed so lately is not brought back by a list that was read before."""
VERSIONS_KEPT = 20
QUITS = {0: "left", 1: "removed", None: "left"}

KEEP = """
INSERT INTO client_group (corpid, chat_id, stale_at) VALUES ($1, $2, $3)
ON CONFLICT (corpid, chat_id) DO NOTHING RETURNING id
"""
HOLD = "SELECT id FROM client_group WHERE chat_id = ANY($1::text[]) ORDER BY id FOR UPDATE"
LOCKED = "SELECT * FROM client_group WHERE id = $1 FOR UPDATE"
MOVE = """
UPDATE client_group SET member_version = $2, past_versions = $3,
  stale_at = CASE WHEN $4::boolean THEN NULL ELSE stale_at END
WHERE id = $1
"""
STALE = "UPDATE client_group SET stale_at = $2, awaited_version = $3 WHERE id = $1"
JOIN = """
INSERT INTO membership AS m (group_id, member_id, is_client, client_id, joined_at, join_scene)
SELECT $1, member_id, is_client, client_id, joined_at, join_scene
FROM unnest($2::text[], $3::boolean[], $4::bigint[], $5::timestamptz[], $6::int[])
  AS given(member_id, is_client, client_id, joined_at, join_scene)
ON CONFLICT (group_id, member_id) DO UPDATE SET left_at = NULL, quit_scene = NULL, left_how = '',
  is_client = excluded.is_client, client_id = coalesce(excluded.client_id, m.client_id), joined_at = excluded.joined_at,
  join_scene = excluded.join_scene, times_joined = m.times_joined + 1
WHERE m.left_at IS NOT NULL AND m.left_at <= greatest(excluded.joined_at, $7::timestamptz)
RETURNING member_id, client_id, is_client, joined_at AS at
"""
STILL_INSIDE = """
UPDATE membership m SET left_at = NULL, quit_scene = NULL, left_how = ''
FROM unnest($2::text[], $3::timestamptz[]) AS given(member_id, joined_at)
WHERE m.group_id = $1 AND m.member_id = given.member_id AND m.left_how = 'gone' AND m.left_at <= $4
  AND m.joined_at = given.joined_at
"""
"""Whom an older list lacked and a newer one shows in the same stay: they never left."""
LEAVE = """
UPDATE membership SET left_at = $2, quit_scene = $3, left_how = $6
WHERE group_id = $1 AND left_at IS NULL AND (member_id = ANY($4::text[])) = $5
RETURNING member_id, client_id, is_client, left_at AS at
"""
DESCRIBE = """
UPDATE client_group SET name = $2, notice = $3, owner_userid = $4::text, opened_at = coalesce(opened_at, $5),
  owner_id = coalesce((SELECT id FROM staff WHERE wecom_userid = $4::text), owner_id),
  read_at = $6, listed_at = $8, status = 'active', dismissed_at = NULL, dismissed_how = '',
  stale_at = CASE WHEN $7::boolean THEN stale_at END
WHERE id = $1
"""
DISMISS = """
UPDATE client_group SET status = 'dismissed', dismissed_at = $2, dismissed_how = $3, stale_at = NULL
WHERE id = $1 AND status = 'active' RETURNING id
"""


STAFF_AMONG = """
SELECT wecom_userid FROM staff WHERE wecom_userid = ANY($1::text[]) AND wecom_corpid = ANY($2::text[])
"""
CLIENT_IDS = ("wm", "wo")


class Move(NamedTuple):
    """One person who came or went; how: the scene as WeCom numbers it, or a word of ours."""

    member_id: str
    client_id: int | None
    is_client: bool
    at: datetime
    how: int | str | None


async def number_of(corp: str, chat_id: str) -> int:
    """The group's number; one that we did not know is made, and its name and members are read after the commit."""
    sql = "SELECT id FROM client_group WHERE corpid = $1 AND chat_id = $2"
    group_id: int | None = await database.fetch_value(sql, corp, chat_id)
    if group_id is not None:
        return group_id
    group_id = await database.fetch_value(KEEP, corp, chat_id, clock.now())
    if group_id is not None:
        tasks.read_group.later(group_id)
        return group_id
    # somebody else made it between the two statements
    return int(await database.fetch_value(sql, corp, chat_id))


async def hold(chat_ids: Sequence[str]) -> None:
    """Lock these groups for the rest of the transaction, in one order, before anything about their people is locked."""
    if chat_ids:
        await database.fetch(HOLD, list(chat_ids))


async def find_or_fetch(corp: str, chat_id: str) -> Group:
    """The group itself."""
    return await Group.get(id=await number_of(corp, chat_id))


async def apply(group_id: int, event: GroupChanged) -> tuple[list[Move], list[Move]]:
    """Apply one change; (joined, left), those for whom it is news.

    A change of members counts only when it follows the version that we have; otherwise, and for a new name, owner or
    notice (the event does not say which), the group is read again.
    """
    async with database.transaction():
        row = await _locked(group_id)
        if row["status"] != "active":
            # a change that arrives after the end
            return [], []
        is_chained = bool(row["read_at"] and event.last_mem_ver and event.last_mem_ver == row["member_version"])
        if event.detail not in ("add_member", "del_member") or not is_chained:
            if not event.cur_mem_ver or event.cur_mem_ver not in _versions(row):
                await _read_again(row["id"], event.cur_mem_ver or row["awaited_version"])
            return [], []
        await _move(row, event.cur_mem_ver)
        if event.detail == "del_member":
            how = QUITS.get(event.quit_scene, "left")
            return [], await _leave(group_id, event.members, event.at, event.quit_scene, how)
        joined, strangers = await _join(group_id, row["corpid"], await _as_members(event))
        if strangers:
            # the event names ids only; the list tells the unionid by which we may know them already
            await _read_again(row["id"], event.cur_mem_ver)
        return joined, []


async def apply_snapshot(group_id: int, snapshot: GroupSnapshot) -> tuple[list[Move], list[Move]]:
    """Make our list that of WeCom: (joined, left). One that lags behind what we have applied is not used.

    It lags when we went through its version, or when one that was asked for later has been taken over already.
    A group that we took for dismissed and that WeCom still lists is alive again.
    """
    async with database.transaction():
        row = await _locked(group_id)
        if row["dismissed_at"] is not None and row["dismissed_at"] > clock.now() - DOUBT:
            return [], []
        if row["listed_at"] is not None and snapshot.asked_at < row["listed_at"]:
            return [], []
        has_waited = row["stale_at"] is not None and row["stale_at"] <= clock.now() - LAG
        if not has_waited and snapshot.member_version in row["past_versions"].split(","):
            return [], []
        still_waits = not has_waited and row["awaited_version"] not in ("", snapshot.member_version)
        if snapshot.member_version != row["member_version"]:
            await _move(row, snapshot.member_version)
        described = (snapshot.name, snapshot.notice, snapshot.owner, snapshot.created_at)
        await database.execute(DESCRIBE, group_id, *described, clock.now(), still_waits, snapshot.asked_at)
        stays = [one for one in snapshot.members if one.joined_at is not None]
        stay = [one.id for one in stays], [one.joined_at for one in stays]
        await database.execute(STILL_INSIDE, group_id, *stay, snapshot.asked_at)
        joined, _ = await _join(group_id, row["corpid"], snapshot.members, snapshot.asked_at)
        inside = [one.id for one in snapshot.members]
        left = await _leave(group_id, inside, snapshot.asked_at, None, "gone", except_these=True)
        return joined, left


async def missing_from(group_id: int, snapshot: GroupSnapshot) -> list[str]:
    """Those whom we have inside and who are not in the snapshot."""
    sql = "SELECT member_id FROM membership WHERE group_id = $1 AND left_at IS NULL AND member_id <> ALL($2::text[])"
    return [row["member_id"] for row in await database.fetch(sql, group_id, [one.id for one in snapshot.members])]


async def dismiss(group_id: int, at: datetime, how: str = "dismissed") -> list[Move]:
    """The group is over, told (dismissed), missing in a complete list (gone) or unreadable; those who were inside."""
    async with database.transaction():
        await _locked(group_id)
        if await database.fetch_value(DISMISS, group_id, at, how) is None:
            return []
        moves = await _leave(group_id, [], at, None, "dismissed", except_these=True)
        return [move._replace(how=how) for move in moves]


async def _locked(group_id: int) -> database.Row:
    row = await database.fetch_one(LOCKED, group_id)
    if row is None:
        raise RuntimeError(f"group {group_id} vanished")
    return row


async def _move(row: database.Row, version: str) -> None:
    past = [*(one for one in row["past_versions"].split(",") if one), row["member_version"]][-VERSIONS_KEPT:]
    arrived = version == row["awaited_version"]
    await database.execute(MOVE, row["id"], version, ",".join(one for one in past if one), arrived)


def _versions(row: database.Row) -> set[str]:
    return {row["member_version"], *row["past_versions"].split(",")}


async def _read_again(group_id: int, awaited: str) -> None:
    await database.execute(STALE, group_id, clock.now(), awaited)
    tasks.read_group.later(group_id)


async def _as_members(event: GroupChanged) -> list[GroupMember]:
    # ids of clients begin so; where one of ours may, too, the list of staff tells who is who
    doubtful = [one for one in event.members if one.startswith(CLIENT_IDS)]
    corps = contacts.corp_names(event.corp)
    staff = {row["wecom_userid"] for row in await database.fetch(STAFF_AMONG, doubtful, corps)} if doubtful else set()
    return [
        GroupMember(
            id=one,
            is_staff=one in staff or not one.startswith(CLIENT_IDS),
            joined_at=event.at,
            join_scene=event.join_scene or 0,
        )
        for one in event.members
    ]


async def _join(
    group_id: int, corpid: str, listed: Sequence[GroupMember], seen_at: datetime | None = None
) -> tuple[list[Move], bool]:
    # seen_at: they were seen inside then, so whoever had left before is back, whatever the second of their coming says
    members, found = await _known_or_made(corpid, listed)
    rows = await database.fetch(
        JOIN,
        group_id,
        [one.id for one in members],
        [not one.is_staff for one in members],
        [found[one.id].client_id if one.id in found else None for one in members],
        [one.joined_at or clock.now() for one in members],
        [one.join_scene for one in members],
        seen_at,
    )
    scenes = {one.id: one.join_scene for one in members}
    moves = [Move(**row, how=scenes[row["member_id"]]) for row in rows]
    return moves, any(one.is_new for one in found.values())


async def _known_or_made(
    corpid: str, listed: Sequence[GroupMember]
) -> tuple[Sequence[GroupMember], dict[str, identities.Found]]:
    clients = [(one.id, one.unionid) for one in listed if not one.is_staff]
    found = await identities.find_known("external_id", corpid, clients)
    if found is not None:
        return listed, found
    # whom we erased and who has been in there all along stays unknown; whoever joined since has come back
    acts = {one.id: one.joined_at for one in listed if not one.is_staff}
    away = await returning.kept_away("external_id", corpid, acts)
    members = [one for one in listed if one.id not in away]
    clients = [one for one in clients if one[0] not in away]
    return members, await identities.find_or_create_many("external_id", corpid, clients, source="group")


async def _leave(
    group_id: int, ids: Sequence[str], at: datetime, scene: int | None, how: str, *, except_these: bool = False
) -> list[Move]:
    rows = await database.fetch(LEAVE, group_id, at, scene, list(ids), not except_these, how)
    return [Move(**row, how=scene) for row in rows]
