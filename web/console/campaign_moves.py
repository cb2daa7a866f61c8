"""What people do with a campaign beside editing it: start, pause, resume, cancel, release, copy, change its day."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import calendar, drafting, lifecycle, listing, running
from campaigns.planning.models import Campaign
from kernel import clock, holidays
from kernel.errors import Refused
from web import formats, forms, session
from web.console.calendar import VIEWS
from web.language import gettext as _
from web.rendering import go_to, see_other

MORNING = time(10)


@dataclass(frozen=True)
class ReasonForm:
    """Why; shown to everybody who looks at the campaign."""

    reason: str = forms.field("原因", longest=200, default="")


@dataclass(frozen=True)
class DayForm:
    """The new day; `at` (the whole moment, or none) is what an undo gives back."""

    day: date | None = forms.field("日期", default=None, least=date(2000, 1, 1), most=date(2100, 1, 1))
    at: str = forms.field("时间", longest=40, default="")


async def start(request: Request) -> Response:
    """POST /campaigns/{id}/start"""
    campaign = await running.start(request.path_params["id"], session.signed_in(request))
    return see_other(request, "campaign", id=campaign.id, notice=_("已开始：正在定下名单，随后发出第一批"))


async def pause(request: Request) -> Response:
    """POST /campaigns/{id}/pause"""
    form = await forms.read(request, ReasonForm)
    campaign = await running.pause(request.path_params["id"], form.reason, session.signed_in(request))
    undo = str(request.app.url_path_for("campaign_resumption", id=campaign.id))
    return see_other(
        request, "campaign", id=campaign.id, notice=_("已暂停，不会再发出新的消息"), undo=undo, tone="warn"
    )


async def resume(request: Request) -> Response:
    """POST /campaigns/{id}/resumption"""
    campaign = await running.resume(request.path_params["id"], session.signed_in(request))
    return see_other(request, "campaign", id=campaign.id, notice=_("已继续，从停下的地方接着发，不会重复"))


async def remind(request: Request) -> Response:
    """POST /campaigns/{id}/reminder"""
    jobs = await running.remind(request.path_params["id"], session.signed_in(request))
    notice = f"正在提醒 {jobs} 个还没有确认的任务，员工会在企业微信里收到提醒"
    return see_other(request, "campaign", id=request.path_params["id"], notice=notice)


async def cancel(request: Request) -> Response:
    """POST /campaigns/{id}/cancellation"""
    form = await forms.read(request, ReasonForm)
    campaign = await running.cancel(request.path_params["id"], form.reason, session.signed_in(request))
    return see_other(request, "campaign", id=campaign.id, notice=_("已取消，还没发出的不会再发"), tone="warn")


async def release(request: Request) -> Response:
    """POST /campaigns/{id}/release"""
    campaign = await running.release(request.path_params["id"], session.signed_in(request))
    return see_other(request, "campaign", id=campaign.id, notice=_("已放行，现在开始发送"))


async def copy(request: Request) -> Response:
    """POST /campaigns/{id}/copy"""
    made = await drafting.copy(request.path_params["id"], session.signed_in(request))
    return see_other(request, "campaign_editor", id=made.id, notice=_("已复制为新的草稿，请设定发送时间"))


async def move(request: Request) -> Response:
    """POST /campaigns/{id}/date: another day at the same time of day."""
    person = session.signed_in(request)
    campaign = await listing.get(request.path_params["id"], person)
    form = await forms.read(request, DayForm)
    before, back = campaign.starts_at, formats.input_moment(campaign.starts_at) or "none"
    try:
        starts_at = _moment(campaign, form, request.query_params.get("at", "") or form.at)
        draft = dataclasses.replace(await drafting.read(campaign), starts_at=starts_at)
        saved = await drafting.save(campaign.id, draft, person, campaign.version)
    except Refused as refusal:
        return _to_calendar(request, before, refusal.message, tone="bad")
    said = await _said(saved, starts_at, was=campaign.state)
    back_to = urlencode({"at": back, **_view(request)}, safe=":")
    undo = f"{request.app.url_path_for('campaign_date', id=campaign.id)}?{back_to}"
    return _to_calendar(request, starts_at or before, said, undo=undo)


async def _said(saved: Campaign, starts_at: datetime | None, *, was: str) -> str:
    """What the move brought, with what somebody who looks only at the day would miss."""
    if starts_at is None:
        return _("“%(name)s”已放回待排期") % {"name": saved.name}
    said = _("“%(name)s”已移到 %(at)s") % {"name": saved.name, "at": formats.moment(starts_at)}
    if was != "draft" and saved.state == "draft":
        said += _("；原有的审批已作废，需要重新提交")
    if holiday := holidays.name_of(clock.local(starts_at).date()):
        said += _("；这一天是%(holiday)s假期") % {"holiday": _(holiday)}
    if others := await calendar.clashes_of(saved):
        said += _("；同一机构当天还有 %(n)s 项活动") % {"n": len(others)}
    return said


def _moment(campaign: Campaign, form: DayForm, at: str) -> datetime | None:
    if at == "none":
        return None
    if at:
        wall = datetime.fromisoformat(at) if _is_wall(at) else None
        if wall is None:
            raise Refused("时间格式不正确", code="campaign.date")
        return clock.at_local(wall.date(), wall.time().replace(tzinfo=None))
    if form.day is None:
        raise Refused("请选择日期", code="campaign.date")
    if not lifecycle.may("edit", campaign.state):
        raise Refused(f"活动{lifecycle.NAMES[campaign.state]}，不能改期", code="campaign.illegal_move")
    wall_time = clock.local(campaign.starts_at).time() if campaign.starts_at else MORNING
    moment = clock.at_local(form.day, wall_time)
    if moment <= clock.now():
        raise Refused("不能移到已经过去的时间", code="campaign.date_past")
    return moment


def _is_wall(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is None and 2000 <= moment.year < 2100


def _to_calendar(
    request: Request, moment: datetime | None, notice: str, *, undo: str = "", tone: str = "good"
) -> Response:
    path = str(request.app.url_path_for("calendar"))
    kept = {**_view(request), **({"day": f"{clock.local(moment):%Y-%m-%d}"} if moment else {})}
    return go_to(request, f"{path}?{urlencode(kept)}" if kept else path, notice=notice, undo=undo, tone=tone)


def _view(request: Request) -> dict[str, str]:
    """The look of the calendar that the move came from."""
    view = request.query_params.get("view", "")
    return {"view": view} if view in VIEWS else {}
