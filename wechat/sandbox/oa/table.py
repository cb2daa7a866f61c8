"""Every file of the official account's side that has endpoints."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.oa import (
    blacklist,
    credentials,
    drafts,
    fans,
    housekeeping,
    mass_sends,
    materials,
    media,
    messages,
    publishing,
    qr_codes,
    tags,
    web_login,
)

TABLES: tuple[Any, ...] = (
    blacklist,
    credentials,
    drafts,
    fans,
    housekeeping,
    mass_sends,
    materials,
    media,
    messages,
    publishing,
    qr_codes,
    tags,
    web_login,
)
