"""The client's own entry from the official account's menu: WeChat says who opens it, a link says nothing.

The state of the round trip is bound to this browser, the code is good once at WeChat, and what remains is a short-lived
cookie: whoever is sent the address goes through WeChat as themselves.
"""

from __future__ import annotations

import hmac
import secrets

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from community.clients import identities, portrait, preferences
from community.clients.models import Client
from community.privacy import access, requests
from kernel import masking, settings
from kernel.errors import NotFound
from loyalty.tiers import explaining
from web import cookies
from web.language import gettext as _
from web.rendering import render
from wechat import accounts, doors
from wechat.faults import WeChatFault

STATE, WHO = "huiliu_state", "huiliu_client"
STATE_S, WHO_S = 600, 1800
BASES = {"total": "全部资产", "deposit": "存款"}


async def enter(request: Request) -> Response:
    """GET /p/me: to WeChat, which comes back with a code."""
    # each account's menu may open the page under its own name: ids of clients differ from account to account
    account = accounts.by_slug("official_account", request.query_params.get("account", ""))
    if account is None:
        raise NotFound
    state = secrets.token_urlsafe(24)
    target = f"{settings.get().public_url}{request.app.url_path_for('client_me_back')}"
    # the host is WeChat's own, and the appid our table's, not the address's
    page = doors.official_account(account.receive_id).sign_in_url(target, state)
    response = RedirectResponse(page, status_code=303)  # nosemgrep: no-redirect-to-input
    _set(response, STATE, f"{account.receive_id}.{state}", STATE_S)
    return response


async def back(request: Request) -> Response:
    """GET /p/me/back: who brought the code, if this browser asked for it."""
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    appid, _dot, asked = (_read(request, STATE, STATE_S) or "").partition(".")
    if not code or not asked or not hmac.compare_digest(asked.encode(), state.encode()):
        return _again(request, _("这个链接已用过或不是在这台手机上打开的，请重新进入"))
    try:
        signed_in = await doors.official_account(appid).openid_of(code)
    except WeChatFault:
        return _again(request, _("微信没有确认您的身份，请重新进入"))
    client_id = await identities.client_of("openid", appid, signed_in.openid)
    if client_id is None:
        return _again(request, _("还没有您的资料。请先关注公众号，再从菜单进入"))
    # a page of its own: the code must not stay in the address, where it could be forwarded
    response = RedirectResponse(str(request.app.url_path_for("client_me")), status_code=303)
    _set(response, WHO, str(client_id), WHO_S)
    cookies.drop(response, STATE)
    return response


async def show(request: Request) -> Response:
    """GET /p/me/home: the client's own pages, and why they hear from us what they hear."""
    told = _read(request, WHO, WHO_S)
    number = await identities.survivor_of(int(told)) if told else 0
    client = await Client.get_or_none(id=number, erased_at=None)
    if client is None:
        return RedirectResponse(str(request.app.url_path_for("client_me_enter")), status_code=303)
    asked = await requests.of_client(client.id)
    return render(
        request,
        "portal/me.html",
        name=masking.name((await portrait.names_of([client.id])).get(client.id, "")),
        why=await explaining.of(client.id),
        bases=BASES,
        open_requests=[one for one in asked if one.state in requests.OPEN],
        preferences_link=preferences.link(client.id),
        privacy_link=access.link(client.id),
    )


def _again(request: Request, said: str) -> Response:
    response = render(request, "portal/me_again.html", status=403, said=said)
    cookies.drop(response, STATE)
    return response


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    cookies.put(response, name, str(_signer(name).dumps(value)), seconds)


def _read(request: Request, name: str, seconds: int) -> str:
    try:
        return str(_signer(name).loads(cookies.read(request, name), max_age=seconds))
    except BadData:
        return ""


def _signer(name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.get().secret_key, salt=f"huiliu.cookie.{name}")
