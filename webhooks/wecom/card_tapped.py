"""A member tapped a card that our app sent: if it was about a client, their timeline says so."""

from __future__ import annotations

import re

from community.clients import identities, timeline
from staff.models import Staff
from wechat.events import CardTapped

ABOUT_CLIENT = re.compile(r"client-(\d{1,15})(?:-|$)")


async def card_tapped(event: CardTapped) -> None:
    """A card about a client carries `client-<number>-` in its task id; others need no trace here."""
    about = ABOUT_CLIENT.match(event.task_id)
    if about is None:
        return
    client_id = await identities.standing(int(about[1]))
    if client_id is not None:
        by = await Staff.get_or_none(wecom_userid=event.userid)
        await timeline.record(client_id, "card.answered", by=by, at=event.at, key=event.key[:40])
