"""What WeChat itself knows of a client, read after the callback that named them: unionid, name, how they were added."""

from __future__ import annotations

from datetime import datetime, timedelta

from community.clients import identities, registering, tagging
from kernel import clock, database, logs
from wechat import doors, shapes
from wechat.faults import Never, WeChatFault

GENDERS = {1: "m", 2: "f"}
LEFT_AFTER = timedelta(seconds=60)
FANS_UNREAD = """
SELECT id FROM fan WHERE read_at IS NULL AND created_at < $1 AND subscribed AND appid = $3 ORDER BY id LIMIT $2
"""
CONTACTS_UNREAD = """
SELECT id FROM contact WHERE read_at IS NULL AND created_at < $1 AND ended_at IS NULL AND corpid = $3
ORDER BY id LIMIT $2
"""
CONTACT_READ = """
UPDATE contact SET read_at = $3, add_way = coalesce(nullif($4, 0), add_way) WHERE corpid = $1 AND external_userid = $2
"""
GENDER = "UPDATE client SET gender = $2 WHERE id = $1 AND gender = ''"
_log = logs.get(__name__)


async def read_fan(fan_id: int) -> None:
    """Ask the official account who a follower is; their unionid joins them with the WeCom contact."""
    fan = await database.fetch_one("SELECT client_id, openid FROM fan WHERE id = $1", fan_id)
    if fan is None:
        return
    try:
        told = await doors.official_account().fan(fan["openid"])
        unionid = told.unionid
    except Never:
        unionid = ""
    async with database.transaction():
        if unionid:
            await identities.learn_unionid(fan["client_id"], unionid)
        await database.execute("UPDATE fan SET read_at = $2 WHERE id = $1", fan_id, clock.now())


async def read_contact(contact_id: int) -> None:
    """Ask WeCom who a contact is: name, gender, unionid, and how this member came to know them."""
    sql = "SELECT client_id, corpid, userid, external_userid FROM contact WHERE id = $1"
    row = await database.fetch_one(sql, contact_id)
    if row is None:
        return
    try:
        told: shapes.Contact | None = await doors.wecom().contact(row["external_userid"])
    except Never:
        told = None
    add_way = next((one.add_way for one in told.relations if one.userid == row["userid"]), 0) if told else 0
    async with database.transaction():
        if told is not None:
            await note(row["client_id"], told)
        await database.execute(CONTACT_READ, row["corpid"], row["external_userid"], clock.now(), add_way)


async def note(client_id: int, told: shapes.Contact) -> int:
    """Keep what WeCom told of a client; returns the client who remains when the unionid joined two."""
    if told.unionid:
        client_id = await identities.learn_unionid(client_id, told.unionid)
    await registering.name_if_unknown({client_id: told.name})
    if told.gender in GENDERS:
        await database.execute(GENDER, client_id, GENDERS[told.gender])
    await tagging.add_wecom(client_id, [tag for relation in told.relations for tag in relation.tag_ids])
    return client_id


async def read_unread(appid: str, corpid: str, limit: int = 100) -> int:
    """Read whom nobody has read yet: the wake-up was lost or WeChat was busy. Stops at the first trouble."""
    before: datetime = clock.now() - LEFT_AFTER
    read = 0
    try:
        for row in await database.fetch(FANS_UNREAD, before, limit, appid):
            await read_fan(row["id"])
            read += 1
        for row in await database.fetch(CONTACTS_UNREAD, before, limit, corpid):
            await read_contact(row["id"])
            read += 1
    except WeChatFault as fault:
        _log.warning("profiles.unread", fault=str(fault))
    return read
