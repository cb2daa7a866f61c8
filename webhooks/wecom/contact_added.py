"""A client and a member of staff became contacts, or the member edited what is noted of the client."""

from __future__ import annotations

from community.clients import contacts, identities, ownership, returning, tasks, timeline
from community.clients.models import Contact
from community.conversations import greeting
from wechat.events import ContactAdded, ContactEdited


async def contact_added(event: ContactAdded) -> None:
    """Greet first, because the code lives 20 s; who nobody looked after belongs to this member from now on."""
    who = (event.corp, event.userid, event.external_userid)
    if await returning.is_kept_away("external_id", event.corp, event.external_userid, event.at):
        # told late: they were erased since
        return
    client = await identities.find_or_create("external_id", event.corp, event.external_userid, source="wecom")
    contact = await contacts.added(client.id, *who, event.at, state=event.state)
    if event.welcome_code:
        await greeting.greet(
            contact, client.id, event.external_userid, event.userid, event.welcome_code, event.at, corp=event.corp
        )
    if not contact.is_new:
        return
    await timeline.record(client.id, "contact.added", at=event.at, staff=contact.staff_id, state=event.state)
    if contact.staff_id is not None:
        await ownership.assign_if_free([client.id], contact.staff_id)
    tasks.read_contact.later(contact.id)


async def contact_edited(event: ContactEdited) -> None:
    """Read again what WeCom knows; the event does not say what changed."""
    found = await Contact.get_or_none(corpid=event.corp, userid=event.userid, external_userid=event.external_userid)
    if found is not None:
        tasks.read_contact.later(found.id)
