"""Official accounts and corps: the list with their health, one account with its doctor, and the acts on it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from community.sending import holding
from community.sending.models import CHANNELS
from community.sending.routing import side_of
from kernel import clock, database, settings
from kernel.errors import NotFound, Refused
from staff import audit
from staff.models import Staff
from web import forms
from web.console import connection_forms
from web.console.api_call_words import SIDES
from web.language import gettext as _
from web.rendering import render, see_other
from wechat import accounts, accounts_changing, breaking, diagnosing, findings, tasks
from wechat.apps import App
from wechat.models import Diagnosis, WechatApp

MODES = {"safe": "安全模式", "compatible": "兼容模式", "plain": "明文模式"}
FORMATS = {"xml": "XML", "json": "JSON"}
VERDICTS = {"ok": "正常", "note": "留意", "wrong": "有问题", "skipped": "未检查"}
TONES = {"ok": "good", "note": "warn", "wrong": "bad", "skipped": ""}
STATES = {"waiting": "排队中", "running": "诊断中", "done": "已完成", "failed": "中断"}
SUBJECT = "wechat_app"


async def index(request: Request) -> Response:
    """GET /settings/connections"""
    await accounts.refresh(0)
    rows = [
        {
            "app": app,
            "mark": await diagnosing.mark(app),
            "run": await diagnosing.newest(app),
            "missing": connection_forms.missing(app),
        }
        for app in accounts.every()
    ]
    return render(request, "console/connections/list.html", rows=rows, **_words())


async def show(request: Request) -> Response:
    """GET /settings/connections/{side}/{slug}"""
    app = await of(request)
    return await page(request, app, connection_forms.values_of(app), {})


async def progress(request: Request) -> Response:
    """GET /settings/connections/{side}/{slug}/diagnosis: the part of the page that moves."""
    app = await of(request)
    return render(request, "console/connections/diagnosis.html", app=app, run=await diagnosing.newest(app), **_words())


async def diagnose(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/diagnosis"""
    app = await of(request)
    async with database.transaction():
        run = await diagnosing.ask(app, request.user.id)
        number = await accounts_changing.number_of(app)
        await audit.record(request.user, "connection.diagnosed", SUBJECT, number, run=run.id)
        tasks.diagnose.later(run.id)
    return _back(request, app, _("诊断已开始，结果会逐项出现在这里"))


async def save(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}"""
    app = await of(request)
    reading = await forms.attempt(request, connection_forms.DescriptionForm)
    if reading.form is None:
        return await page(request, app, reading.values, reading.errors, status=422)
    said = connection_forms.described(reading.form)
    try:
        async with database.transaction():
            await accounts_changing.describe(app, said)
            number = await accounts_changing.number_of(app)
            await audit.record(request.user, "connection.described", SUBJECT, number, mode=said.mode, slug=said.slug)
    except Refused as refusal:
        return await page(request, app, reading.values, {"slug": refusal.message}, status=refusal.status)
    return see_other(request, "connection", side=app.side, slug=said.slug, notice=_("已保存"))


async def pause(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/pause"""
    app = await of(request)
    async with database.transaction():
        await accounts_changing.pause(app)
        await audit.record(request.user, "connection.paused", SUBJECT, await accounts_changing.number_of(app))
    return _back(request, app, _("已暂停：不再通过它发出消息，回调照常接收"))


async def resume(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/resume"""
    app = await of(request)
    async with database.transaction():
        await accounts_changing.resume(app)
        await wake_channels(app, request.user)
        await audit.record(request.user, "connection.resumed", SUBJECT, await accounts_changing.number_of(app))
    return _back(request, app, _("已恢复使用"))


async def make_primary(request: Request) -> Response:
    """POST /settings/connections/{side}/{slug}/primary"""
    app = await of(request)
    async with database.transaction():
        await accounts_changing.make_primary(app)
        await audit.record(request.user, "connection.made_primary", SUBJECT, await accounts_changing.number_of(app))
    return _back(request, app, _("已设为主用账号"))


async def of(request: Request) -> App:
    """The account of the address; NotFound for any other."""
    await accounts.refresh(0)
    side, slug = request.path_params["side"], request.path_params["slug"]
    found = next((app for app in accounts.every(side) if app.slug == slug), None)
    if found is None:
        raise NotFound
    return found


async def wake_channels(app: App, by: Staff) -> None:
    """End the rests that were about this account: what was wrong with it has just been mended."""
    for channel in CHANNELS:
        if side_of(channel) == app.side:
            await holding.release(channel, app=app.receive_id)
    await breaking.release_app(app.key if app.side == "wecom" else f"{app.side}:{app.receive_id}", by.id)


async def page(
    request: Request, app: App, values: dict[str, Any], errors: dict[str, str], *, status: int = 200
) -> Response:
    """One account, with its description form as typed."""
    row = await WechatApp.get_or_none(side=app.side, receive_id=app.receive_id, agentid=app.agentid)
    return render(
        request,
        "console/connections/show.html",
        status=status,
        app=app,
        row=row,
        mark=await diagnosing.mark(app),
        run=await diagnosing.newest(app),
        addresses=addresses_of(app),
        secrets=connection_forms.secrets_of(app, row),
        missing=connection_forms.missing(app),
        values=values,
        errors=errors,
        now=clock.now(),
        **_words(),
    )


def addresses_of(app: App) -> list[str]:
    """Where WeChat calls for this account: its own address, and the short one when that is its."""
    base = f"{settings.get().public_url}/callbacks/{app.side}"
    short = accounts.by_slug(app.side, "")
    return [f"{base}/{app.slug}", *([base] if short is not None and short.key == app.key else [])]


def counts(run: Diagnosis) -> dict[str, int]:
    """How many findings of each verdict."""
    found = [one["verdict"] for one in run.findings]
    return {verdict: found.count(verdict) for verdict in VERDICTS if verdict in found}


def _back(request: Request, app: App, notice: str) -> Response:
    return see_other(request, "connection", side=app.side, slug=app.slug, notice=notice)


def _words() -> dict[str, Any]:
    return {
        "sides": SIDES,
        "modes": MODES,
        "formats": FORMATS,
        "verdicts": VERDICTS,
        "tones": TONES,
        "states": STATES,
        "titles": findings.TITLES,
        "counts": counts,
    }
