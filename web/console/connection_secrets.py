"""Connecting a new account, and its secrets: written, never read back; the callback's key changed without a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kernel import clock, database
from kernel.errors import Refused
from staff import audit
from web import forms
from web.console import connection_forms, connections
from web.console.api_call_words import SIDES
from web.language import gettext as _
from web.rendering import render, see_other
from wechat import accounts_changing
from wechat.apps import App
from wechat.models import WechatApp

DAYS = 7


async def new(request: Request) -> Response:
    """GET /settings/connections/new: with a fresh token and key to copy before saving."""
    values = {"token": accounts_changing.new_token(), "aes_key": accounts_changing.new_aes_key()}
    return _new(request, {**values, "mode": "safe", "body_format": "xml", "side": "official_account"}, {})


async def add(request: Request) -> Response:
    """POST /settings/connections/new"""
    reading = await forms.attempt(request, connection_forms.NewForm)
    if reading.form is None:
        return _new(request, reading.values, reading.errors, status=422)
    form = reading.form
    if problem := _lacking(form):
        return _new(request, reading.values, problem, status=422)
    try:
        async with database.transaction():
            agentid = form.agentid if form.side == "wecom" else 0
            app = await accounts_changing.add(
                form.side, form.receive_id.strip(), agentid, connection_forms.described(form)
            )
            await accounts_changing.set_secrets(app, secret=form.secret, token=form.token, aes_key=form.aes_key)
            await audit.record(request.user, "connection.added", connections.SUBJECT, app.id, side=app.side)
    except Refused as refusal:
        return _new(request, reading.values, {_place(refusal): refusal.message}, status=refusal.status)
    notice = _("已接入。请把回调地址、令牌和密钥填到微信后台，再运行一次诊断")
    return see_other(request, "connection", side=app.side, slug=app.slug, notice=notice)


async def show(request: Request) -> Response:
    """GET /settings/connections/{side}/{slug}/secrets"""
    return await _page(request, await connections.of(request), {}, {})


async def save(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/secrets"""
    app = await connections.of(request)
    reading = await forms.attempt(request, connection_forms.SecretsForm)
    if reading.form is None:
        return await _page(request, app, reading.values, reading.errors, status=422)
    given = {name: getattr(reading.form, name).strip() for name in connection_forms.SECRETS}
    wanted = {name: text for name, text in given.items() if text and not connection_forms.is_given(app, name)}
    try:
        async with database.transaction():
            changed = await accounts_changing.set_secrets(app, **wanted)
            await connections.wake_channels(app, request.user)
            number = await accounts_changing.number_of(app)
            await audit.record(request.user, "connection.secrets_changed", connections.SUBJECT, number, changed=changed)
    except Refused as refusal:
        return await _page(request, app, {}, {_place(refusal): refusal.message}, status=refusal.status)
    return see_other(request, "connection", side=app.side, slug=app.slug, notice=_("已更新，建议运行一次诊断"))


async def rotate(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/rotation"""
    app = await connections.of(request)
    reading = await forms.attempt(request, connection_forms.RotationForm)
    if reading.form is None:
        return await _page(request, app, reading.values, reading.errors, status=422)
    key = "" if connection_forms.is_given(app, "aes_key") else reading.form.new_key.strip()
    until = clock.now() + timedelta(days=reading.form.days)
    if not key and not connection_forms.is_given(app, "aes_key"):
        return await _page(request, app, reading.values, {"new_key": _("请填写新密钥")}, status=422)
    try:
        async with database.transaction():
            await accounts_changing.rotate(app, key, until)
            number = await accounts_changing.number_of(app)
            days = reading.form.days
            await audit.record(request.user, "connection.key_rotated", connections.SUBJECT, number, days=days)
    except Refused as refusal:
        return await _page(request, app, reading.values, {"new_key": refusal.message}, status=refusal.status)
    notice = _("两把密钥同时有效。请到微信后台换上新密钥，旧密钥到期自动失效")
    return see_other(request, "connection", side=app.side, slug=app.slug, notice=notice)


async def end_overlap(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/rotation/end"""
    app = await connections.of(request)
    async with database.transaction():
        await accounts_changing.end_overlap(app)
        number = await accounts_changing.number_of(app)
        await audit.record(request.user, "connection.overlap_ended", connections.SUBJECT, number)
    return see_other(request, "connection", side=app.side, slug=app.slug, notice=_("旧密钥已停用"))


def _new(request: Request, values: dict[str, Any], errors: dict[str, str], *, status: int = 200) -> Response:
    return render(
        request,
        "console/connections/new.html",
        status=status,
        values=values,
        errors=errors,
        sides=list(SIDES.items()),
        modes=list(connections.MODES.items()),
        formats=list(connections.FORMATS.items()),
        slug_help=connection_forms.SLUG_HELP,
    )


async def _page(
    request: Request, app: App, values: dict[str, Any], errors: dict[str, str], *, status: int = 200
) -> Response:
    row = await WechatApp.get_or_none(side=app.side, receive_id=app.receive_id, agentid=app.agentid)
    return render(
        request,
        "console/connections/secrets.html",
        status=status,
        app=app,
        row=row,
        secrets=connection_forms.secrets_of(app, row),
        values={"days": DAYS, "new_key": accounts_changing.new_aes_key(), **values},
        errors=errors,
        fresh_token=accounts_changing.new_token(),
        fresh_key=accounts_changing.new_aes_key(),
        addresses=connections.addresses_of(app),
        now=clock.now(),
    )


def _lacking(form: connection_forms.NewForm) -> dict[str, str]:
    problems = {}
    if not form.receive_id.strip():
        problems["receive_id"] = _("请填写 AppID 或企业 ID")
    if form.side == "wecom" and not form.agentid:
        problems["agentid"] = _("企业微信请填写 AgentId")
    if not form.secret.strip():
        problems["secret"] = _("请填写密钥")
    return problems


def _place(refusal: Refused) -> str:
    places = {"account.slug": "slug", "account.taken": "slug", "account.token": "token", "account.aes_key": "aes_key"}
    return places.get(refusal.code, "receive_id")
