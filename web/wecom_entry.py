"""Signing in through WeCom: there and back with a nonce that is bound to this browser and good once."""

from __future__ import annotations

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kernel import settings
from kernel.errors import Refused
from staff.access import spending
from staff.models import Staff
from web import browsers, doors, signed_cookies
from wechat import accounts
from wechat import doors as platforms
from wechat.faults import Never

COOKIE = "wecom"
MINUTES = 10
LONGEST_PATH = 1500
"""A cookie holds 4 kB."""


class NotIn(Refused):
    """WeCom's answer lets nobody in; the message says what to do."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, code=code, status=401)


def is_configured() -> bool:
    """Whether the bank's WeCom app is set up."""
    own = next((app for app in accounts.every("wecom") if app.is_primary), None)
    return own is not None and bool(own.agentid and own.secret) and not own.is_paused


def leave(request: Request, going_to: str) -> Response:
    """Send the person to WeCom: a code to scan in a browser, no question inside WeCom itself."""
    if not is_configured():
        raise NotIn("本行尚未启用企业微信登录，请用密码登录", "wecom.not_configured")
    state = secrets.token_urlsafe(24)
    back = settings.get().public_url + str(request.app.url_path_for("sign_in_wecom_back"))
    corp = platforms.wecom()
    is_inside = browsers.is_wecom(request.headers.get("user-agent", ""))
    address = corp.sign_in_url(back, state) if is_inside else corp.scan_sign_in_url(back, state)
    response = RedirectResponse(address, status_code=303)
    signed_cookies.put(response, COOKIE, {"state": state, "to": going_to[:LONGEST_PATH]}, MINUTES)
    return response


async def come_back(request: Request) -> tuple[Staff, str]:
    """Who came back from WeCom, and where they were going. NotIn: another browser's, used or old; or nobody of ours."""
    going_to = await _spend_state(request)
    try:
        found = await platforms.wecom().member_of(request.query_params.get("code", ""))
    except Never as error:
        raise NotIn("企业微信的登录码已失效，请重新扫码", "wecom.code") from error
    person = await Staff.get_or_none(wecom_userid=found.userid) if found.userid else None
    own_corp = ("", accounts.primary("wecom").receive_id)
    if person is None or not person.is_active or person.wecom_corpid not in own_corp:
        raise NotIn("这个企业微信账号没有对应的在职成员，请联系系统管理员", "wecom.unknown")
    return person, going_to


def forget(response: Response) -> None:
    """The nonce was used."""
    signed_cookies.drop(response, COOKIE)


async def _spend_state(request: Request) -> str:
    given = request.query_params.get("state", "")
    note = signed_cookies.read(request, COOKIE)
    if (
        note is None
        or not hmac.compare_digest(note["state"].encode(), given.encode())
        or not await spending.spend(f"wecom|{given}")
    ):
        raise _stranger()
    return doors.own_path(note["to"])


def _stranger() -> NotIn:
    return NotIn("这次企业微信登录不是从本浏览器发起的，或已超时，请重新扫码", "wecom.state")
