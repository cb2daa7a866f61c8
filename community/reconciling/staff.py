"""Our people and WeCom's address book: who works here and is not listed there, who is listed and not known here."""

from __future__ import annotations

from typing import NamedTuple

from community.clients import contacts
from community.reconciling import believing, drift, pacing
from community.reconciling.passes import Incomplete, Taken, This
from kernel import database
from kernel.errors import Refused
from staff import audit, people
from wechat import doors
from wechat.events import Side
from wechat.faults import Blocked, Never

SIDE: Side = "wecom"
NO_SUCH_MEMBER, OUT_OF_VIEW, LEFT = 60111, 60011, 5
OURS = """
SELECT id, wecom_userid FROM staff WHERE wecom_userid IS NOT NULL AND wecom_corpid = ANY($1::text[])
  AND left_at IS NULL AND is_active ORDER BY id
"""


class Found(NamedTuple):
    """Userids that the app may see."""

    userids: tuple[str, ...]


async def plan(_this: This) -> list[str]:
    """The address book."""
    return ["members"]


async def read(this: This, _item: str, _cursor: str) -> tuple[Found, str]:
    """All userids."""
    return Found(tuple(await doors.wecom(this.app).staff_ids())), ""


async def take(this: This, found: Found) -> Taken:
    """Report both differences; who is not listed may only be out of the app's view."""
    if not found.userids:
        raise Incomplete("the app sees no member at all: look at its visible range")
    ours = {row["wecom_userid"]: row["id"] for row in await database.fetch(OURS, contacts.corp_names(this.app))}
    missing_here = [(one, None) for one in found.userids if one not in ours]
    missing_there = [(userid, staff_id) for userid, staff_id in ours.items() if userid not in set(found.userids)]
    await drift.note(this.run_id, "staff", "missing_here", len(missing_here), mended=0, samples=missing_here)
    await drift.note(this.run_id, "staff", "missing_there", len(missing_there), mended=0, samples=missing_there)
    return Taken(len(found.userids))


async def finish(this: This) -> int:
    """Who is not listed is let go when WeCom, asked for just them, says that there is no such member."""
    listed = set(await doors.wecom(this.app).staff_ids())
    missing = [
        row for row in await database.fetch(OURS, contacts.corp_names(this.app)) if row["wecom_userid"] not in listed
    ]
    believing.check(len(missing), len(listed) + len(missing))
    gone = 0
    for row in missing:
        await pacing.wait(this.app)
        if not await _has_left(this, row["wecom_userid"]):
            continue
        gone += await _let_go(row["id"], row["wecom_userid"])
    await drift.mend(this.run_id, "staff", "missing_there", gone)
    return gone


async def _let_go(staff_id: int, userid: str) -> bool:
    try:
        async with database.transaction():
            await audit.record(None, "staff.left_wecom", "staff", staff_id, userid=userid)
            await people.let_go(staff_id, None)
    except Refused:
        # the last administrator stays until there is another one; the report goes on to say so
        return False
    return True


async def _has_left(this: This, userid: str) -> bool:
    try:
        told = await doors.wecom(this.app).member(userid)
    except Never as never:
        return never.errcode == NO_SUCH_MEMBER
    except Blocked as blocked:
        if blocked.errcode == OUT_OF_VIEW:
            return False
        raise
    return told.status == LEFT
