"""The address book of WeCom changed: members, departments, tags of members."""

from __future__ import annotations

from community.clients import contacts
from community.groups import upkeep
from community.reconciling import tasks as reconciling
from kernel import database
from staff import audit, people
from staff.models import Staff
from wechat.events import PartyChanged, StaffChanged, StaffTagChanged


async def staff_changed(event: StaffChanged) -> None:
    """A new userid is followed everywhere; who leaves there is let go here at once, clients wait to be handed over."""
    if event.change == "created":
        await contacts.link_member(event.app, event.userid)
    elif event.change == "updated" and event.new_userid:
        await contacts.rename_member(event.app, event.userid, event.new_userid)
        await upkeep.rename_member(event.app, event.userid, event.new_userid)
    elif event.change == "deleted":
        person = await Staff.get_or_none(wecom_userid=event.userid, wecom_corpid__in=contacts.corp_names(event.app))
        async with database.transaction():
            await audit.record(None, "staff.left_wecom", "staff", person.id if person else None, userid=event.userid)
            if person is not None and person.left_at is None:
                await people.let_go(person.id, None)


async def address_book_changed(event: PartyChanged | StaffTagChanged) -> None:
    """Departments and tags of members decide whom the app sees: the lists are compared again."""
    reconciling.look_at_staff.later(event.app)
