"""The doors as this process uses them: one per account and event loop, made from what `wechat.accounts` knows."""

from __future__ import annotations

import asyncio

from kernel import settings
from wechat import accounts
from wechat.accounts import App
from wechat.events import Side
from wechat.faults import Blocked
from wechat.gateway.official_account import OfficialAccount
from wechat.gateway.wecom import WeCom
from wechat.official_account.door import RealOfficialAccount
from wechat.transport import Transport
from wechat.wecom.door import RealWeCom

REAL_PAGES = "https://open.weixin.qq.com"
REAL_SCANNING = "https://login.work.weixin.qq.com"
REAL_PICTURES = "https://mp.weixin.qq.com"
PAUSED_S = 60.0
"""How long a channel rests for a paused account before it looks again: nobody needs to wake it afterwards."""
_accounts: dict[tuple[int, str], tuple[App, RealOfficialAccount]] = {}
_corps: dict[tuple[int, str], tuple[App, RealWeCom]] = {}
_replaced: list[tuple[int, RealOfficialAccount | RealWeCom]] = []
"""Doors with an earlier secret: somebody may be speaking through them, so that they are closed with all others."""


def official_account(appid: str = "") -> OfficialAccount:
    """The account of this appid, the primary one without; Blocked when it is unknown, paused or has no secret."""
    app = _app("official_account", appid)
    place = (id(asyncio.get_running_loop()), app.key)
    held = _accounts.get(place)
    if held is None or held[0].secret != app.secret:  # nosemgrep: compare-secrets-in-constant-time
        if held is not None:
            _replaced.append((place[0], held[1]))
        now = settings.get()
        door = RealOfficialAccount(
            Transport("official_account", now.oa_api_url),
            appid=app.receive_id,
            secret=app.secret,
            page_url=now.oa_page_url,
            picture_url=REAL_PICTURES if now.oa_page_url == REAL_PAGES else now.oa_page_url,
        )
        held = _accounts[place] = (app, door)
    return held[1]


def wecom(corpid: str = "", agentid: int = 0) -> WeCom:
    """The corp's app (its first without an agentid), the primary one without a corpid; Blocked as above."""
    app = _app("wecom", corpid, agentid)
    place = (id(asyncio.get_running_loop()), app.key)
    held = _corps.get(place)
    if held is None or held[0].secret != app.secret:  # nosemgrep: compare-secrets-in-constant-time
        if held is not None:
            _replaced.append((place[0], held[1]))
        now = settings.get()
        door = RealWeCom(
            Transport("wecom", now.wecom_api_url),
            corpid=app.receive_id,
            agentid=app.agentid,
            secret=app.secret,
            page_url=now.oa_page_url,
            scan_url=REAL_SCANNING if now.oa_page_url == REAL_PAGES else now.oa_page_url,
        )
        held = _corps[place] = (app, door)
    return held[1]


async def close() -> None:
    """Close this loop's connections; the next use opens new ones."""
    loop = id(asyncio.get_running_loop())
    for place in [place for place in _accounts if place[0] == loop]:
        await _accounts.pop(place)[1].close()
    for place in [place for place in _corps if place[0] == loop]:
        await _corps.pop(place)[1].close()
    for one in [one for one in _replaced if one[0] == loop]:
        _replaced.remove(one)
        await one[1].close()


def _app(side: Side, receive_id: str, agentid: int = 0) -> App:
    app = accounts.find(side, receive_id, agentid) if receive_id else accounts.primary(side)
    if app is None:
        raise Blocked(side=side, api="-", reason="unknown_account", message="这个微信账号没有在本系统登记")
    if app.is_paused:
        raise Blocked(
            side=side, api="-", reason="account_paused", message="这个微信账号已被管理员暂停使用", after=PAUSED_S
        )
    if not app.secret:
        raise accounts.not_configured(side)
    return app
