"""Links that win clients: somebody came by one, or something is wrong with them."""

from __future__ import annotations

from community.clients import identities, timeline
from staff import audit
from wechat.events import AcquisitionChanged

BY_CLIENT = {"customer_start_chat": "acquisition.opened", "friend_request": "acquisition.requested"}


async def acquisition_changed(event: AcquisitionChanged) -> None:
    """What a client did is on their timeline, when we know them; what concerns the links is kept for administrators."""
    kind = BY_CLIENT.get(event.change)
    if kind is None:
        await audit.record(None, "acquisition.reported", "acquisition_link", None, change=event.change)
        return
    client_id = await identities.client_of("external_id", event.corp, event.external_userid)
    if client_id is not None:
        await timeline.record(client_id, kind, at=event.at, state=event.state)
