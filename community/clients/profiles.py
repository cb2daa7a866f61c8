"""What WeChat itself knows of a client, read after the callback that named them: unionid, name, how they were added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from community.clients import contact_tags, identities, library, registering, remarks, timeline
from community.clients.timeline import Fact
from kernel import clock, database, logs
from wechat import doors, shapes
from wechat.faults import Never, WeChatFault

GENDERS = {1: "m", 2: "f"}
LEFT_AFTER = timedelta(seconds=60)
FANS_A_CALL = 100
FANS_UNREAD = """
SELECT id, client_id, openid FROM fan
WHERE read_at IS NULL AND created_at < $1 AND subscribed AND appid = $3 ORDER BY id LIMIT $2
"""
CONTACTS_UNREAD = """
SELECT id FROM contact WHERE read_at IS NULL AND created_at < $1 AND ended_at IS NULL AND corpid = $3
ORDER BY id LIMIT $2
"""
FAN_READ = """
UPDATE fan SET read_at = $2, subscribed_at = coalesce(subscribed_at, g.followed_at),
  scene = coalesce(nullif(fan.scene, ''), g.scene)
FROM unnest($1::bigint[], $3::timestamptz[], $4::text[]) AS g(id, followed_at, scene) WHERE fan.id = g.id
"""
UNDATED = "SELECT id FROM fan WHERE id = ANY($1::bigint[]) AND subscribed AND subscribed_at IS NULL FOR NO KEY UPDATE"
# who was read later knows better: two reads of one person may come back in either order
CONTACT_READ = """
UPDATE contact c SET read_at = $3, add_way = coalesce(nullif(g.add_way, 0), c.add_way)
FROM unnest($4::text[], $5::int[]) AS g(userid, add_way)
WHERE c.corpid = $1 AND c.external_userid = $2 AND c.userid = g.userid AND coalesce(c.read_at, $3) <= $3
RETURNING c.id, c.client_id, c.userid
"""
GENDER = "UPDATE client SET gender = $2 WHERE id = $1 AND gender = ''"
_log = logs.get(__name__)


async def read_fan(fan_id: int) -> None:
    """Ask the official account who a follower is; their unionid joins them with the WeCom contact."""
    row = await database.fetch_one("SELECT id, client_id, appid, openid FROM fan WHERE id = $1", fan_id)
    if row is None:
        return
    try:
        told = [await doors.official_account(row["appid"]).fan(row["openid"])]
    except Never:
        told = []
    await _note_fans([row], told)


async def read_fans(appid: str, rows: Sequence[database.Row]) -> None:
    """The same for up to a hundred (id, client_id, openid) in one call."""
    try:
        told = await doors.official_account(appid).fans([row["openid"] for row in rows])
    except Never:
        # one openid that the platform does not know spoils the whole call
        for row in rows:
            await read_fan(row["id"])
        return
    await _note_fans(rows, told)


async def read_contact(contact_id: int) -> None:
    """Ask WeCom who a contact is: name, gender, unionid, and what each member noted of them."""
    sql = "SELECT client_id, corpid, userid, external_userid FROM contact WHERE id = $1"
    row = await database.fetch_one(sql, contact_id)
    if row is None:
        return
    asked_at = clock.now()
    told = await _ask(row["corpid"], row["external_userid"])
    async with database.transaction():
        if told is not None:
            await note(row["client_id"], told)
            await _note_relations(row["corpid"], told, asked_at)
        await database.execute("UPDATE contact SET read_at = coalesce(read_at, $2) WHERE id = $1", contact_id, asked_at)


async def note(client_id: int, told: shapes.Contact) -> int:
    """Keep what WeCom told of a client; returns the client who remains when the unionid joined two."""
    if told.unionid:
        client_id = await identities.learn_unionid(client_id, told.unionid)
    await registering.name_if_unknown({client_id: told.name})
    if told.gender in GENDERS:
        await database.execute(GENDER, client_id, GENDERS[told.gender])
    return client_id


async def read_unread(appid: str, corpid: str, limit: int = 100) -> int:
    """Read whom nobody has read yet: the wake-up was lost or WeChat was busy. Stops at the first trouble."""
    before: datetime = clock.now() - LEFT_AFTER
    read = 0
    try:
        fans = await database.fetch(FANS_UNREAD, before, limit * FANS_A_CALL, appid) if appid else []
        for start in range(0, len(fans), FANS_A_CALL):
            await read_fans(appid, fans[start : start + FANS_A_CALL])
        read += len(fans)
        for row in await database.fetch(CONTACTS_UNREAD, before, limit, corpid) if corpid else []:
            await read_contact(row["id"])
            read += 1
    except WeChatFault as fault:
        _log.warning("profiles.unread", fault=str(fault))
    return read


async def _ask(corpid: str, external_userid: str) -> shapes.Contact | None:
    try:
        told = await doors.wecom(corpid).contact(external_userid)
    except Never:
        return None
    if await contact_tags.has_unknown(corpid, [tag for one in told.relations for tag in one.tag_ids]):
        await library.read_tags(corpid)
    return told


async def _note_fans(rows: Sequence[database.Row], told: Sequence[shapes.Fan]) -> None:
    known = {one.openid: one for one in told}
    fans = [(row, known[row["openid"]]) for row in rows if row["openid"] in known]
    async with database.transaction():
        undated = {row["id"] for row in await database.fetch(UNDATED, [row["id"] for row in rows])}
        await identities.learn_unionids({row["client_id"]: one.unionid for row, one in fans if one.unionid})
        # whom a full pass found: only now it is known since when they follow
        await timeline.record_each(
            [
                Fact(row["client_id"], "fan.followed", one.followed_at, {"scene": one.scene})
                for row, one in fans
                if row["id"] in undated and one.follows and one.followed_at
            ]
        )
        ids = [row["id"] for row in rows]
        followed = [one.followed_at if (one := known.get(row["openid"])) else None for row in rows]
        scenes = [known[row["openid"]].scene[:64] if row["openid"] in known else "" for row in rows]
        await database.execute(FAN_READ, ids, clock.now(), followed, scenes)


async def _note_relations(corpid: str, told: shapes.Contact, asked_at: datetime) -> None:
    userids = [one.userid for one in told.relations]
    ways = [one.add_way for one in told.relations]
    rows = await database.fetch(CONTACT_READ, corpid, told.external_userid, asked_at, userids, ways)
    by_member = {one.userid: one for one in told.relations}
    tags: dict[int, Sequence[str]] = defaultdict(tuple)
    for row in rows:
        tags[row["id"]] = by_member[row["userid"]].tag_ids
    await contact_tags.match(corpid, tags)
    await remarks.keep({row["id"]: by_member[row["userid"]].remark for row in rows})
