"""Every path that the WeCom side answers; a new endpoint is a new row in its own file."""

from __future__ import annotations

from wechat.sandbox.calls import Endpoint
from wechat.sandbox.wecom import (
    acquisition,
    contact_tags,
    contact_ways,
    contacts,
    credentials,
    group_chats,
    group_messages,
    group_transfers,
    group_welcomes,
    join_ways,
    keeping,
    livestreams,
    media,
    member_tags,
    moments,
    organisation,
    sign_in,
    staff_messages,
    statistics,
    strategy_tags,
    transfers,
)

_TABLES = (
    acquisition,
    contact_tags,
    contact_ways,
    contacts,
    credentials,
    group_chats,
    group_messages,
    group_transfers,
    group_welcomes,
    join_ways,
    keeping,
    livestreams,
    media,
    member_tags,
    moments,
    organisation,
    sign_in,
    staff_messages,
    statistics,
    strategy_tags,
    transfers,
)

ENDPOINTS: tuple[Endpoint, ...] = tuple(row for table in _TABLES for row in table.ENDPOINTS)
