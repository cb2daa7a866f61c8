"""A client and a member of staff parted."""

from __future__ import annotations

from community.clients import contacts, timeline
from wechat.events import ContactLost

TRANSFER = "DELETE_BY_TRANSFER"


async def contact_lost(event: ContactLost) -> None:
    """Note who left whom: a client who deletes the member is a signal of churn, a transfer is none."""
    how = "by_client" if event.by_client else "transfer" if event.source == TRANSFER else "by_staff"
    client_id = await contacts.ended(event.corp, event.userid, event.external_userid, event.at, how)
    if client_id is not None:
        await timeline.record(client_id, "contact.lost", at=event.at, how=how)
