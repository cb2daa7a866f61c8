"""The bank's official accounts, corps and apps side by side: a copy in this process of what settings and console say.

Callbacks and doors ask on every call, so reading is a look-up in memory; `refresh` brings the copy up to date by age.
The account of the settings is always there: what the environment gives wins over what the console says of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from kernel import clock, logs, settings
from kernel.settings import Settings
from wechat import app_rows, apps
from wechat.app_rows import AppRow
from wechat.apps import SIDES, App
from wechat.events import Side
from wechat.faults import Blocked

__all__ = ["SIDES", "App", "by_slug", "every", "find", "forget", "primary", "refresh"]

MAX_AGE_S = 5.0
_log = logs.get(__name__)


@dataclass(slots=True)
class Copy:
    """What this process knows, and with which settings it was put together."""

    own: Settings
    rows: tuple[AppRow, ...]
    listing: apps.Listing


_copy: Copy | None = None
_read_at = float("-inf")


def primary(side: Side) -> App:
    """The account that speaks when nobody names another; Blocked(not_configured) when the side has none."""
    for app in known().apps:
        if app.side == side and app.is_primary:
            return app
    raise not_configured(side)


def find(side: Side, receive_id: str, agentid: int = 0) -> App | None:
    """The account of an appid or corpid; of a corp's several apps the one named by `agentid`, else its first."""
    if not agentid:
        return known().by_receiver.get((side, receive_id))
    key = apps.key_of(side, receive_id, agentid)
    return next((app for app in known().apps if app.key == key), None)


def by_slug(side: Side, slug: str) -> App | None:
    """The account of a callback address; the short address (an empty slug) belongs to the settings' account, if any."""
    return known().by_slug.get((side, slug))


def every(side: str = "") -> list[App]:
    """All accounts, or those of one side; the primary one first."""
    return [app for app in known().apps if side in ("", app.side)]


def known() -> apps.Listing:
    """The present copy, put together anew when the settings changed or a previous key ran out."""
    global _copy
    own, copy = settings.get(), _copy
    if copy is None or copy.own is not own or (copy.listing.until is not None and clock.now() >= copy.listing.until):
        rows = copy.rows if copy else ()
        copy = _copy = Copy(own, rows, apps.listing(own, rows, clock.now()))
    return copy.listing


async def refresh(max_age_s: float = MAX_AGE_S) -> None:
    """Read the table again unless that was done a moment ago; without a database the copy stays as it is."""
    global _copy, _read_at
    if time.monotonic() - _read_at < max_age_s:
        return
    try:
        rows = await app_rows.read()
    except Exception as error:  # whatever is wrong with the database, callbacks and calls go on with what is known
        _log.warning("accounts.not_read", reason=type(error).__name__)
        return
    _read_at = time.monotonic()
    if _copy is None or rows != _copy.rows:
        own = settings.get()
        _copy = Copy(own, rows, apps.listing(own, rows, clock.now()))


def forget() -> None:
    """Know only the settings' accounts until the next refresh (tests)."""
    global _copy, _read_at
    _copy, _read_at = None, float("-inf")


def not_configured(side: Side) -> Blocked:
    """What a side without any account answers."""
    return Blocked(side=side, api="-", reason="not_configured", message="尚未配置微信账号")
