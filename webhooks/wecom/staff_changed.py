"""The address book of WeCom changed."""

from __future__ import annotations

from community.clients import contacts
from community.groups import upkeep
from staff import audit
from wechat.events import StaffChanged


async def staff_changed(event: StaffChanged) -> None:
    """A new userid is followed everywhere; a departure is noted for people to act on. Sign-in here is not touched."""
    if event.change == "updated" and event.new_userid:
        await contacts.rename_member(event.userid, event.new_userid)
        await upkeep.rename_member(event.userid, event.new_userid)
    elif event.change == "deleted":
        await audit.record(None, "staff.left_wecom", "staff", None, userid=event.userid)
