"""What an account is, and how settings and rows of the console make the list of all accounts; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kernel import clock
from kernel.settings import Settings
from wechat.app_rows import AppRow
from wechat.events import Side

SIDES: tuple[Side, ...] = ("official_account", "wecom")


@dataclass(frozen=True, slots=True)
class App:
    """One official account (receive_id: appid), or one self-built app of a corp (receive_id: corpid, and agentid).

    id: its row, 0 when only the settings name it. aes_keys: the current one first, then the previous one while it
    counts. slug: the last part of its callback address. is_paused: nothing goes out; callbacks are still taken.
    """

    id: int
    side: Side
    receive_id: str
    agentid: int
    name: str
    original_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(repr=False)
    mode: str = "safe"
    body_format: str = "xml"
    template_id: str = ""
    is_primary: bool = False
    slug: str = ""
    is_paused: bool = False
    is_from_settings: bool = False

    @property
    def key(self) -> str:
        """What tells it from all others: side, account and agent."""
        return key_of(self.side, self.receive_id, self.agentid)


@dataclass(frozen=True, slots=True)
class Listing:
    """All accounts at one moment, primary ones first; `until`: when a previous key stops counting."""

    apps: tuple[App, ...]
    by_slug: dict[tuple[Side, str], App]
    by_receiver: dict[tuple[Side, str], App]
    until: datetime | None


def key_of(side: Side, receive_id: str, agentid: int = 0) -> str:
    """The name under which one account is counted and diagnosed."""
    return f"{side}:{receive_id}:{agentid}"


def listing(own: Settings, rows: Sequence[AppRow], now: datetime) -> Listing:
    """The accounts of the settings, completed by what the console says of them, and those of the console."""
    apps: list[App] = []
    for side in SIDES:
        found = _of_settings(own, side, rows, now)
        known = {app.key for app in found}
        found += [of_row(row, now) for row in rows if row.side == side and row.key not in known]
        chosen = next((app for app in found if app.is_primary), found[0] if found else None)
        # one primary and no more: of the settings' account and one that the console names, the console's
        named = [replace(app, is_primary=app is chosen) for app in found]
        apps += sorted(named, key=lambda app: not app.is_primary)
    ends = [row.aes_previous_until for row in rows if row.aes_previous_until and row.aes_previous_until > now]
    return Listing(tuple(apps), _addresses(apps), _receivers(apps), min(ends, default=None))


def _of_settings(own: Settings, side: Side, rows: Iterable[AppRow], now: datetime) -> list[App]:
    if side == "official_account":
        receive_id, agentid = own.oa_appid, 0
        secret, token, aes_key = own.oa_secret, own.oa_token, own.oa_aes_key
    else:
        receive_id, agentid = own.wecom_corpid, own.wecom_agentid
        secret, token, aes_key = own.wecom_secret, own.wecom_token, own.wecom_aes_key
    if not receive_id:
        return []
    row = next((one for one in rows if one.key == key_of(side, receive_id, agentid)), None)
    if row is None:
        row = AppRow(0, side, receive_id, agentid, own.bank_name, receive_id.lower())
    from_row = of_row(row, now)
    app = replace(
        from_row,
        original_id=(own.oa_original_id if side == "official_account" else "") or from_row.original_id,
        secret=secret or from_row.secret,
        token=token or from_row.token,
        aes_keys=_keys(aes_key or row.aes_key, row, now),
        template_id=(own.oa_template_id if side == "official_account" else "") or from_row.template_id,
        is_from_settings=True,
    )
    return [app]


def of_row(row: AppRow, now: datetime | None = None) -> App:
    """The account that a row of the console describes."""
    return App(
        row.id,
        row.side,
        row.receive_id,
        row.agentid,
        row.name,
        row.original_id,
        row.secret,
        row.token,
        _keys(row.aes_key, row, now or clock.now()),
        row.mode,
        row.body_format,
        row.template_id,
        row.is_primary,
        row.slug,
        row.paused_at is not None,
    )


def _keys(current: str, row: AppRow, now: datetime) -> tuple[str, ...]:
    if not (row.aes_previous and row.aes_previous_until and row.aes_previous_until > now):
        return (current,) if current else ()
    return tuple(dict.fromkeys(key for key in (current, row.aes_previous) if key))


def _addresses(apps: Sequence[App]) -> dict[tuple[Side, str], App]:
    found = {(app.side, app.slug): app for app in apps if app.slug}
    for side in SIDES:
        here = [app for app in apps if app.side == side]
        # the short address was saved with WeChat for the settings' account: another primary must not take it away
        short = next((app for app in here if app.is_from_settings), here[0] if here else None)
        if short is not None:
            found[side, ""] = short
    return found


def _receivers(apps: Sequence[App]) -> dict[tuple[Side, str], App]:
    found: dict[tuple[Side, str], App] = {}
    for app in apps:
        found.setdefault((app.side, app.receive_id), app)
    return found
