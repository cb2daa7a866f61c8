"""Every path that the WeCom side answers; a new endpoint is a new row in its own file."""

from __future__ import annotations

from wechat.sandbox.calls import Endpoint
from wechat.sandbox.wecom import (
    contact_tags,
    contacts,
    credentials,
    group_chats,
    group_messages,
    livestreams,
    media,
    member_tags,
    organisation,
    sign_in,
    staff_messages,
)

_TABLES = (
    contact_tags,
    contacts,
    credentials,
    group_chats,
    group_messages,
    livestreams,
    media,
    member_tags,
    organisation,
    sign_in,
    staff_messages,
)

ENDPOINTS: tuple[Endpoint, ...] = tuple(row for table in _TABLES for row in table.ENDPOINTS)
