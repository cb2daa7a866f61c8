"""What we ask of WeChat: calls, errors and their cure, durations, what is held and why, what is left of quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from community.sending import holding
from community.sending.models import CHANNELS
from community.sending.routing import side_of
from kernel import clock, database
from kernel.errors import NotFound
from staff import audit, permissions
from web import forms
from web.console.api_call_words import API_NAMES, SIDES
from web.language import gettext as _
from web.rendering import render, see_other
from wechat import accounts, advice, breaking, measuring, usage
from wechat.rates import SHORT_SIDE
from wechat.usage import Use

SPANS = {"hour": "最近 1 小时", "day": "最近 24 小时", "week": "最近 7 天"}
HOURS = {"hour": 1, "day": 24, "week": 168}
KINDS = {"quota": "额度或频率", "account": "账号配置", "trouble": "没有答复"}
SHOWN = 60
SUBJECT = "api_hold"


@dataclass(frozen=True)
class SpanForm:
    """Since when."""

    span: Literal["hour", "day", "week"] = forms.field("时间", default="day")


async def show(request: Request) -> Response:
    """GET /settings/api-calls"""
    span = forms.query(request, SpanForm).span
    now = clock.now()
    await accounts.refresh(0)
    uses = await usage.since(_beginning(now, HOURS[span]))
    rows = await breaking.holds()
    held = [row for row in rows if _is_held(row, now)]
    return render(
        request,
        "console/api_calls.html",
        span=span,
        spans=SPANS,
        held=[{**row, **_explained(row["app"], str(row["errcode"] or ""))} for row in held],
        slowed=[row for row in rows if row not in held and row["slowed_until"] and row["slowed_until"] > now],
        uses=uses[:SHOWN],
        calls=sum(use.calls for use in uses),
        failed=sum(use.failed for use in uses),
        errors=_errors(uses)[:SHOWN],
        names=API_NAMES,
        apps=_apps(),
        kinds=KINDS,
        sides=SIDES,
        longest=measuring.BARS_MS[-1],
        may_repair=permissions.may(request.user, "health.repair"),
    )


async def release(request: Request) -> Response:
    """POST /settings/api-calls/{id}/release: try again now."""
    row = await breaking.hold_of(request.path_params["id"])
    if row is None:
        raise NotFound
    side, receive_id = row["app"].split(":")[:2]
    async with database.transaction():
        await breaking.release(row["app"], row["api"], request.user.id)
        for channel in CHANNELS:
            if side_of(channel) == side:
                await holding.release(channel, app=receive_id)
        await audit.record(request.user, "api_hold.released", SUBJECT, row["id"], app=row["app"], api=row["api"])
    return see_other(request, "api_calls", notice=_("已恢复调用；仍有问题时会再次暂停并说明原因"))


def _is_held(row: database.Row, now: datetime) -> bool:
    return row["kind"] != "quota" or row["until_at"] is None or row["until_at"] > now


def _beginning(now: datetime, hours: int) -> datetime:
    # counts are kept by the hour: the one that began before the span counts whole
    return (now - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def _errors(uses: list[Use]) -> list[dict[str, Any]]:
    rows = [
        {"app": use.app, "api": use.api, "outcome": outcome, "n": count, **_explained(use.app, outcome)}
        for use in uses
        for outcome, count in use.errors
    ]
    return sorted(rows, key=lambda row: -row["n"])


def _explained(app: str, outcome: str) -> dict[str, str]:
    side = SHORT_SIDE["official_account" if app.startswith("official_account") else "wecom"]
    if not outcome:
        return {"meaning": "", "todo": _("无需处理；微信恢复后自动继续")}
    return {"meaning": advice.meaning(side, outcome), "todo": advice.todo(side, outcome)}


def _apps() -> dict[str, str]:
    # calls of an official account are counted without an agent
    named = {app.key: app.name for app in accounts.every()}
    return named | {app.key.rpartition(":")[0]: app.name for app in accounts.every("official_account")}
