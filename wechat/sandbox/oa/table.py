"""Every file of the official account's side that has endpoints."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.oa import (
    blacklist,
    credentials,
    fans,
    housekeeping,
    mass_sends,
    messages,
    qr_codes,
    tags,
    web_login,
)

TABLES: tuple[Any, ...] = (
    blacklist,
    credentials,
    fans,
    housekeeping,
    mass_sends,
    messages,
    qr_codes,
    tags,
    web_login,
)
