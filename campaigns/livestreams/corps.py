"""In which corp a livestream is: that of the member who holds it."""

from __future__ import annotations

from campaigns.livestreams.models import Livestream
from kernel import database
from wechat import accounts, doors
from wechat.gateway.wecom import WeCom

OF_MEMBER = "SELECT wecom_corpid FROM staff WHERE wecom_userid = $1"


async def of(livestream: Livestream) -> str:
    """The corpid; that of the primary corp for a member of whom nothing else is said."""
    named: str | None = await database.fetch_value(OF_MEMBER, livestream.anchor_userid)
    return named or accounts.primary("wecom").receive_id


async def door(livestream: Livestream) -> WeCom:
    """The way to speak to WeCom about it."""
    return doors.wecom(await of(livestream))
