"""The emergency stop: pull one for a campaign, a channel or everything; ask for its release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import listing
from campaigns.planning.models import Campaign
from community.sending import halting, stops
from community.sending.models import Stop
from kernel.errors import NotFound, Refused
from staff import permissions, scope
from staff.models import Approval, Staff
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class Choice:
    """What is to be stopped, as chosen for the short confirmation."""

    what: str = forms.field("范围", longest=60, default="")


@dataclass(frozen=True)
class PullForm:
    """A stop with its reason."""

    what: str = forms.field("范围", longest=60)
    reason: str = forms.field("原因", longest=200)


async def index(request: Request) -> Response:
    """GET /stops"""
    return await _page(request, forms.query(request, Choice).what)


async def pull(request: Request) -> Response:
    """POST /stops"""
    person = session.signed_in(request)
    reading = await forms.attempt(request, PullForm)
    what = str(reading.values.get("what", ""))
    if reading.form is None:
        return await _page(request, what, errors=reading.errors, values=reading.values)
    if reading.form.what not in dict(await _choices(person)):
        raise NotFound
    try:
        await stops.pull(reading.form.what, reading.form.reason, person)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return await _page(request, what, problem=refusal, values=reading.values)
    return see_other(request, "stops", notice=_("已停发，没有新的消息在发出。解除须由两人操作"), tone="warn")


async def release(request: Request) -> Response:
    """POST /stops/{id}/release"""
    person = session.signed_in(request)
    stop_id = request.path_params["id"]
    found = [stop for stop in await _visible(person) if stop.id == stop_id]
    if not found:
        raise NotFound
    await stops.ask_release(stop_id, person, about=(await _named(found, person)).get(found[0].what, ""))
    return see_other(request, "stops", notice=_("已提交解除申请，须由另一位同事批准后才恢复发送"))


async def _page(
    request: Request,
    what: str,
    *,
    errors: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    problem: Refused | None = None,
) -> Response:
    person = session.signed_in(request)
    choices = await _choices(person)
    chosen = what if what in dict(choices) else ""
    active = await _visible(person)
    names = await _named(active, person)
    asked = await Approval.filter(id__in=[one.approval_id for one in active if one.approval_id], state="waiting")
    return render(
        request,
        "console/stops.html",
        status=problem.status if problem else 422 if errors else 200,
        choices=[(name, label) for name, label in choices if name not in {one.what for one in active}],
        chosen=chosen,
        chosen_label=dict(choices).get(chosen, ""),
        held=await stops.waiting(chosen) if chosen else 0,
        active=[
            (one, names.get(one.what) or _(stops.label(one.what)), await stops.waiting(one.what)) for one in active
        ],
        pullers={one.id: one.name for one in await Staff.filter(id__in=[one.pulled_by_id for one in active])},
        asked={one.subject_id: one for one in asked},
        past=[(one, _(stops.label(one.what))) for one in await stops.past()] if await _is_whole_bank(person) else [],
        errors=errors or {},
        values=values or {},
        problem=problem,
    )


async def _choices(person: Staff) -> list[tuple[str, str]]:
    wide = [(halting.ALL, _("全部消息：所有渠道、所有活动"))]
    wide += [
        (f"channel:{name}", _("渠道：%(name)s") % {"name": _(label)}) for name, label in stops.CHANNEL_NAMES.items()
    ]
    return (wide if await _is_whole_bank(person) else []) + await _campaigns(person)


async def _campaigns(person: Staff, streams: set[int] | None = None) -> list[tuple[str, str]]:
    """Campaigns with their stop's name: those that are sending, or those of these streams."""
    if not permissions.may(person, "campaigns.see"):
        return []
    seen = listing.visible(person)
    found = seen.filter(stream_id__in=streams) if streams is not None else seen.filter(state__in=("sending", "paused"))
    rows: list[Campaign] = [one for one in await found if one.stream_id is not None]
    return [(f"stream:{one.stream_id}", _("活动：%(name)s") % {"name": one.name}) for one in rows]


async def _visible(person: Staff) -> list[Stop]:
    active = await stops.active()
    if await _is_whole_bank(person):
        return active
    own = await _named(active, person)
    return [one for one in active if one.what in own]


async def _named(active: list[Stop], person: Staff) -> dict[str, str]:
    streams = {int(one.what.split(":")[1]) for one in active if one.what.startswith("stream:")}
    return dict(await _campaigns(person, streams))


async def _is_whole_bank(person: Staff) -> bool:
    return await scope.units_of(person) is None
