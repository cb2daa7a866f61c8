"""Handing contacts over to another member in WeCom, on the job or after leaving, and following what becomes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from community.clients import contacts, ownership, timeline, transfers
from kernel import clock, database, logs
from staff import audit
from staff.models import Staff
from wechat import doors
from wechat.faults import WeChatFault
from wechat.shapes import Page
from wechat.wecom.shapes import Transfer

AT_ONCE = 100
OPEN = """
SELECT id, corpid, userid, external_userid FROM contact
WHERE id = ANY($1::bigint[]) AND ended_at IS NULL ORDER BY corpid, userid, id
"""
WAITING = """
SELECT DISTINCT c.corpid, c.userid, t.to_userid, t.has_left
FROM contact_transfer t JOIN contact c ON c.id = t.contact_id WHERE t.state = 'asked' ORDER BY 1, 2, 3
"""
_log = logs.get(__name__)


class Asked(NamedTuple):
    """Contacts that WeCom took over for handing over, and those that it refused (external id, error code)."""

    contact_ids: list[int]
    refused: list[tuple[str, int]]


class _Move(NamedTuple):
    corpid: str
    userid: str
    to_userid: str
    has_left: bool
    message: str


async def ask(
    contact_ids: Sequence[int], to_userid: str, *, has_left: bool = False, message: str = "", by: Staff
) -> Asked:
    """Ask WeCom to hand contacts over; takes effect after a day unless the client refuses.

    The caller has checked the person's scope. has_left: the member who had them is no longer in WeCom.
    """
    asked = Asked([], [])
    by_member: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in await database.fetch(OPEN, list(contact_ids)):
        by_member[row["corpid"], row["userid"]][row["external_userid"]] = row["id"]
    for (corpid, userid), ids in by_member.items():
        for start in range(0, len(ids), AT_ONCE):
            some = dict(list(ids.items())[start : start + AT_ONCE])
            await _ask_for(_Move(corpid, userid, to_userid, has_left, message), some, asked, by)
    return asked


async def follow() -> int:
    """Ask what became of everything that was asked for; how many hand-overs ended."""
    ended = 0
    for row in await database.fetch(WAITING):
        try:
            ended += await _follow_pair(row["corpid"], row["userid"], row["to_userid"], row["has_left"])
        except WeChatFault as fault:
            _log.warning("transfers.unread", fault=str(fault))
    return ended


async def _ask_for(move: _Move, ids: dict[str, int], asked: Asked, by: Staff) -> None:
    door = doors.wecom(move.corpid)
    if move.has_left:
        refusals = await door.transfer_contacts_of_left(move.userid, move.to_userid, list(ids))
    else:
        refusals = await door.transfer_contacts(move.userid, move.to_userid, list(ids), move.message)
    refused = {one.id: one.errcode for one in refusals}
    taken = [contact_id for external, contact_id in ids.items() if external not in refused]
    async with database.transaction():
        news = await transfers.note_asked(taken, move.to_userid, has_left=move.has_left, by_id=by.id)
        sql = "SELECT client_id FROM contact WHERE id = ANY($1::bigint[])"
        clients = [row["client_id"] for row in await database.fetch(sql, news)]
        await timeline.record_many(clients, "contact.transfer_asked", by=by)
        await audit.record(by, "contact.transfer_asked", "contact", None, contacts=len(news), refused=len(refused))
    asked.contact_ids.extend(news)
    asked.refused.extend(refused.items())


async def _follow_pair(corpid: str, userid: str, to_userid: str, has_left: bool) -> int:
    door = doors.wecom(corpid)
    read: Callable[[str, str, str], Awaitable[Page[Transfer]]]
    read = door.transfer_results_of_left if has_left else door.transfer_results
    ended, cursor = 0, ""
    while True:
        page = await read(userid, to_userid, cursor)
        for one in page.items:
            ended += await _note(corpid, userid, to_userid, one)
        cursor = page.cursor
        if not cursor:
            return ended


async def _note(corpid: str, userid: str, to_userid: str, one: Transfer) -> bool:
    now = clock.now()
    async with database.transaction():
        if one.state in ("refused", "over_limit"):
            reason = "customer_refused" if one.state == "refused" else "customer_limit_exceed"
            return await transfers.failed(corpid, to_userid, one.external_userid, reason, now)
        if one.state != "done" or await transfers.done(corpid, to_userid, one.external_userid, now) is None:
            return False
        # WeCom tells nobody of what an API began: the old contact ends and the new one begins here
        client_id = await contacts.ended(corpid, userid, one.external_userid, now, "transfer")
        if client_id is not None:
            new = await contacts.added(client_id, corpid, to_userid, one.external_userid, now)
            if new.staff_id is not None:
                await ownership.assign([client_id], new.staff_id)
        return True
