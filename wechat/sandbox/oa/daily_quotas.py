"""How often an account may call what: by the calendar day in Shanghai (45009), some also by the minute (45011)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Problem
from wechat.sandbox.world import World

OTHERS = 100_000
A_DAY = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/menu/addconditional": 2_000,
    "/cgi-bin/menu/delconditional": 2_000,
    "/cgi-bin/menu/trymatch": 20_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/message/mass/delete": 10,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/media/upload": 5_000,
    "/cgi-bin/media/get": 10_000,
    "/cgi-bin/media/uploadimg": 100_000,
    "/cgi-bin/material/add_material": 1_000,
    "/cgi-bin/material/del_material": 1_000,
    "/cgi-bin/material/get_material": 1_000,
    "/cgi-bin/material/get_materialcount": 5_000,
    "/cgi-bin/material/batchget_material": 1_000,
    "/cgi-bin/draft/add": 1_000,
    "/cgi-bin/draft/update": 1_000,
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/batchget": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
    "/cgi-bin/tags/create": 1_000,
    "/cgi-bin/tags/get": 1_000,
    "/cgi-bin/tags/update": 1_000,
    "/cgi-bin/tags/delete": 1_000,
    "/cgi-bin/ticket/getticket": 10_000,
    "/cgi-bin/clear_quota": 10_000,
    "/cgi-bin/shorten/gen": 100_000,
}
"""Calls a day of an account with fewer than 100 000 fans."""

A_MINUTE = {
    "/cgi-bin/stable_token": 10_000,
    "/cgi-bin/message/mass/sendall": 60,
    "/cgi-bin/message/mass/send": 60,
}
ONLY_VERIFIED = (
    "/cgi-bin/message/mass/*",
    "/cgi-bin/message/template/*",
    "/cgi-bin/message/subscribe/*",
    "/cgi-bin/template/*",
    "/wxaapi/newtmpl/*",
    "/cgi-bin/user/*",
    "/cgi-bin/tags/*",
    "/cgi-bin/qrcode/*",
    "/cgi-bin/menu/addconditional",
    "/cgi-bin/freepublish/*",
    "/cgi-bin/customservice/*",
    "/customservice/*",
    "/datacube/*",
)
ONLY_SERVICE = (
    "/cgi-bin/message/template/*",
    "/cgi-bin/template/*",
    "/cgi-bin/qrcode/*",
)
FREE = frozenset({"/cgi-bin/clear_quota", "/cgi-bin/openapi/quota/get", "/cgi-bin/openapi/rid/get"})
"""Paths that never run out: with them one looks after the others."""


def admit(world: World, account: Account, path: str) -> None:
    """Count one call of `/oa/...`; 48001 without the permission, 45011 and 45009 when its minute or day is used up."""
    path = path.removeprefix("/oa")
    if not permitted(account, path):
        raise Problem(48001, "api unauthorized, please check your permission")
    if path in FREE:
        return
    _new_day(world, account)
    used, minute = account.counted.get(path, 0), int(world.clock.now() // 60)
    if used >= limit(world, account, path):
        raise Problem(45009, "reach max api daily quota limit")
    if path in A_MINUTE:
        started, calls = account.minute.get(path, (minute, 0))
        calls = calls if started == minute else 0
        if calls >= A_MINUTE[path]:
            raise Problem(45011, "api minute-quota reach limit, must slower, retry next minute")
        account.minute[path] = (minute, calls + 1)
    account.counted[path] = used + 1


def permitted(account: Account, path: str) -> bool:
    """May this kind of account call the path at all?"""
    closed = [*account.config.denied]
    closed += [] if account.config.verified else ONLY_VERIFIED
    closed += [] if account.config.kind == "service" else ONLY_SERVICE
    return not any(fnmatchcase(path, one) for one in closed)


def limit(world: World, account: Account, path: str) -> int:
    """The calls a day that the account has for the path."""
    own = account.config.daily_limits.get(path)
    return own if own is not None else max(int(A_DAY.get(path, OTHERS) * world.switches.daily_limit_share), 1)


def show(world: World, account: Account, path: str) -> dict[str, Any]:
    """What is left of a path's day."""
    _new_day(world, account)
    most, used = limit(world, account, path), account.counted.get(path, 0)
    return {"daily_limit": most, "used": used, "remain": max(most - used, 0)}


def clear(world: World, account: Account, path: str = "") -> None:
    """Begin the day anew for one path or all; ten times a month, then 48006."""
    month = world.clock.month()
    if account.cleared.get(month, 0) >= 10:
        raise Problem(48006, "forbid to clear quota because of reaching the limit")
    account.cleared[month] = account.cleared.get(month, 0) + 1
    if path:
        account.counted.pop(path, None)
    else:
        account.counted.clear()


def _new_day(world: World, account: Account) -> None:
    today = world.clock.day()
    if account.counted_on != today:
        account.counted_on = today
        account.counted.clear()
