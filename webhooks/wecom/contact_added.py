"""A client and a member of staff became contacts, or the member edited what is noted of the client."""

from __future__ import annotations

from community.clients import contacts, identities, ownership, tasks, timeline
from community.clients.models import Contact
from community.conversations import greeting
from wechat.events import ContactAdded, ContactEdited


async def contact_added(event: ContactAdded) -> None:
    """Greet first, because the code lives 20 s; who nobody looked after belongs to this member from now on."""
    who = (event.corp, event.userid, event.external_userid)
    client_id = await identities.find_acting("external_id", *who[::2], event.at, source="wecom")
    if client_id is None:
        # told late: they were erased since
        return
    contact = await contacts.added(client_id, *who, event.at, state=event.state)
    if event.welcome_code:
        await greeting.greet(
            contact, client_id, event.external_userid, event.userid, event.welcome_code, event.at, corp=event.corp
        )
    if not contact.is_new:
        return
    await timeline.record(client_id, "contact.added", at=event.at, staff=contact.staff_id, state=event.state)
    if contact.staff_id is not None:
        await ownership.assign_if_free([client_id], contact.staff_id)
    tasks.read_contact.later(contact.id)


async def contact_edited(event: ContactEdited) -> None:
    """Read again what WeCom knows; the event does not say what changed."""
    found = await Contact.get_or_none(corpid=event.corp, userid=event.userid, external_userid=event.external_userid)
    if found is not None:
        tasks.read_contact.later(found.id)
