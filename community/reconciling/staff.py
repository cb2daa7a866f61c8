"""Our people and WeCom's address book: who works here and is not listed there, who is listed and not known here."""

from __future__ import annotations

from typing import NamedTuple

from community.reconciling import drift
from community.reconciling.passes import Incomplete, Taken, This
from kernel import database
from wechat import doors
from wechat.events import Side

SIDE: Side = "wecom"
OURS = "SELECT id, wecom_userid FROM staff WHERE wecom_userid IS NOT NULL AND left_at IS NULL AND is_active ORDER BY id"


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
    """Report both differences. Nobody is hired or let go by a list that depends on what the app may see."""
    if not found.userids:
        raise Incomplete("the app sees no member at all: look at its visible range")
    ours = {row["wecom_userid"]: row["id"] for row in await database.fetch(OURS)}
    missing_here = [(one, None) for one in found.userids if one not in ours]
    missing_there = [(userid, staff_id) for userid, staff_id in ours.items() if userid not in set(found.userids)]
    await drift.note(this.run_id, "staff", "missing_here", len(missing_here), mended=0, samples=missing_here)
    await drift.note(this.run_id, "staff", "missing_there", len(missing_there), mended=0, samples=missing_there)
    return Taken(len(found.userids))


async def finish(_this: This) -> int:
    """Nothing is left to do."""
    return 0
