"""Which client and which member of staff are contacts in WeCom: begun, ended, begun again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kernel import database
from wechat import accounts

ADD = """
INSERT INTO contact AS o (client_id, staff_id, corpid, userid, external_userid, state_param, add_way, added_at)
VALUES ($1, (SELECT id FROM staff WHERE wecom_userid = $3 AND wecom_corpid = ANY($8::text[])), $2, $3, $4, $5, $6, $7)
ON CONFLICT (corpid, userid, external_userid) DO UPDATE SET
  client_id = $1, staff_id = coalesce(o.staff_id, excluded.staff_id), added_at = $7, ended_at = NULL, ended_how = '',
  times_added = o.times_added + 1, state_param = coalesce(nullif($5, ''), o.state_param),
  add_way = coalesce($6, o.add_way)
WHERE o.ended_at IS NOT NULL AND o.ended_at <= $7
  OR o.ended_at IS NULL AND o.added_at < $7 - interval '10 minutes'
RETURNING id, staff_id, times_added
"""
FIND = """
SELECT id, staff_id, times_added FROM contact WHERE corpid = $1 AND userid = $2 AND external_userid = $3
"""
END = """
UPDATE contact SET ended_at = $4, ended_how = $5
WHERE corpid = $1 AND userid = $2 AND external_userid = $3 AND ended_at IS NULL
  AND (added_at IS NULL OR added_at <= $4)
RETURNING client_id
"""


RENAME_STAFF = "UPDATE staff SET wecom_userid = $2 WHERE wecom_userid = $1 AND wecom_corpid = ANY($3::text[])"
RENAME_CONTACTS = """
UPDATE contact o SET userid = $2 WHERE userid = $1 AND corpid = $3 AND NOT EXISTS (
  SELECT 1 FROM contact n
  WHERE n.corpid = o.corpid AND n.userid = $2 AND n.external_userid = o.external_userid
)
"""


LINK = """
UPDATE contact c SET staff_id = s.id FROM staff s
WHERE c.corpid = $2 AND c.userid = $1 AND c.staff_id IS NULL AND s.wecom_userid = $1
  AND s.wecom_corpid = ANY($3::text[])
"""


class Added(NamedTuple):
    """A contact; `is_new` when it began with this call, `times_added` counts its beginnings."""

    id: int
    staff_id: int | None
    times_added: int
    is_new: bool


async def added(
    client_id: int,
    corpid: str,
    userid: str,
    external_userid: str,
    at: datetime,
    *,
    state: str = "",
    add_way: int | None = None,
) -> Added:
    """They became contacts at `at`.

    A second notice within ten minutes is the same beginning (a half add that the member confirmed); a later one means
    that the notice of the end never came.
    """
    row = await database.fetch_one(
        ADD, client_id, corpid, userid, external_userid, state[:64], add_way, at, corp_names(corpid)
    )
    if row is not None:
        return Added(row["id"], row["staff_id"], row["times_added"], True)
    row = await database.fetch_one(FIND, corpid, userid, external_userid)
    if row is None:
        raise RuntimeError("a contact vanished between two statements")
    return Added(row["id"], row["staff_id"], row["times_added"], False)


async def ended(corpid: str, userid: str, external_userid: str, at: datetime, how: str) -> int | None:
    """They parted; the client, or None when that is no news. how: by_client, by_staff, transfer or gone."""
    client_id: int | None = await database.fetch_value(END, corpid, userid, external_userid, at, how)
    return client_id


async def rename_member(corpid: str, userid: str, new_userid: str) -> None:
    """A member's userid changed in a corp: their contacts stay theirs."""
    async with database.transaction():
        await database.execute(RENAME_STAFF, userid, new_userid, corp_names(corpid))
        await database.execute(RENAME_CONTACTS, userid, new_userid, corpid)


async def link_member(corpid: str, userid: str) -> int:
    """A member came who may work with us here: contacts and groups that were read before them become theirs."""
    return await database.execute(LINK, userid, corpid, corp_names(corpid))


def corp_names(corpid: str) -> list[str]:
    """What `staff.wecom_corpid` may say of a member of this corp: members of the first corp need not name it."""
    first = next(iter(accounts.every("wecom")), None)
    return [corpid, ""] if first is None or first.receive_id == corpid else [corpid]
