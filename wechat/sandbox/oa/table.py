"""Every file of the official account's side that has endpoints."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.oa import (
    article_statistics,
    blacklist,
    credentials,
    drafts,
    fans,
    groups,
    housekeeping,
    mass_controls,
    mass_sends,
    materials,
    media,
    menus,
    messages,
    publishing,
    qr_codes,
    service_desk,
    service_sessions,
    short_keys,
    statistics,
    subscribe_templates,
    subscriptions,
    tags,
    templates,
    web_login,
)

TABLES: tuple[Any, ...] = (
    article_statistics,
    blacklist,
    credentials,
    drafts,
    fans,
    groups,
    housekeeping,
    mass_controls,
    mass_sends,
    materials,
    media,
    menus,
    messages,
    publishing,
    qr_codes,
    service_desk,
    service_sessions,
    short_keys,
    statistics,
    subscribe_templates,
    subscriptions,
    tags,
    templates,
    web_login,
)
