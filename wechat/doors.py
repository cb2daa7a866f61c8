"""The two doors as this process uses them: made from the settings, once per event loop."""

from __future__ import annotations

import asyncio

from kernel import settings
from wechat.events import Side
from wechat.faults import Blocked
from wechat.gateway import OfficialAccount, WeCom
from wechat.official_account import RealOfficialAccount
from wechat.transport import Transport
from wechat.wecom import RealWeCom

REAL_PAGES = "https://open.weixin.qq.com"
REAL_SCANNING = "https://login.work.weixin.qq.com"
REAL_PICTURES = "https://mp.weixin.qq.com"
_accounts: dict[int, RealOfficialAccount] = {}
_corps: dict[int, RealWeCom] = {}


def official_account() -> OfficialAccount:
    """The bank's official account; Blocked(not_configured) when the settings name none."""
    loop = id(asyncio.get_running_loop())
    if loop not in _accounts:
        now = settings.get()
        if not (now.oa_appid and now.oa_secret):
            raise _not_configured("official_account")
        _accounts[loop] = RealOfficialAccount(
            Transport("official_account", now.oa_api_url),
            appid=now.oa_appid,
            secret=now.oa_secret,
            page_url=now.oa_page_url,
            picture_url=REAL_PICTURES if now.oa_page_url == REAL_PAGES else now.oa_page_url,
        )
    return _accounts[loop]


def wecom() -> WeCom:
    """The bank's corp; Blocked(not_configured) when the settings name none."""
    loop = id(asyncio.get_running_loop())
    if loop not in _corps:
        now = settings.get()
        if not (now.wecom_corpid and now.wecom_secret):
            raise _not_configured("wecom")
        _corps[loop] = RealWeCom(
            Transport("wecom", now.wecom_api_url),
            corpid=now.wecom_corpid,
            agentid=now.wecom_agentid,
            secret=now.wecom_secret,
            page_url=now.oa_page_url,
            scan_url=REAL_SCANNING if now.oa_page_url == REAL_PAGES else now.oa_page_url,
        )
    return _corps[loop]


async def close() -> None:
    """Close this loop's connections; the next use opens new ones."""
    loop = id(asyncio.get_running_loop())
    for door in (_accounts.pop(loop, None), _corps.pop(loop, None)):
        if door is not None:
            await door.close()


def _not_configured(side: Side) -> Blocked:
    return Blocked(side=side, api="-", reason="not_configured", message="尚未配置微信账号")
