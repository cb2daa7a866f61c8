"""Journeys: the list, a new one from a template, one journey with its counts, and the buttons that move it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing as audience_words
from campaigns.journeys import approval, checking, counting, definition, describing, drafting, listing, presets, running
from campaigns.journeys import versions as versioning
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.journeys.steps import registry
from kernel import numbers
from kernel.errors import NotFound, Refused
from staff import approval_reading
from web import forms, paging, session, words
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class NewForm:
    """A journey to begin with."""

    name: str = forms.field("旅程名称", longest=80)
    preset: str = forms.field("模板", longest=20, default="")


@dataclass(frozen=True)
class ReasonForm:
    """Why somebody stops it."""

    reason: str = forms.field("原因", longest=200, default="")


async def index(request: Request) -> Response:
    """GET /journeys"""
    person = session.signed_in(request)
    state = request.query_params.get("state", "")
    shown = listing.visible(person)
    if state in listing.STATES:
        shown = shown.filter(state=state)
    page = paging.read(request, await shown.count())
    rows = await shown.prefetch_related("author").offset(page.offset).limit(page.size)
    return render(
        request,
        "console/journeys/list.html",
        rows=rows,
        page_of_rows=page,
        totals=await listing.totals(rows),
        nothing=listing.Total(),
        said={row.id: checking.say_trigger(row.draft) for row in rows},
        state=state,
        tabs=_tabs(request, state, await listing.counts(person)),
        **names(),
    )


async def new(request: Request) -> Response:
    """GET /journeys/new"""
    return _new(request, {"preset": request.query_params.get("preset", "")}, {})


async def begin(request: Request) -> Response:
    """POST /journeys/new"""
    reading = await forms.attempt(request, NewForm)
    if reading.form is None:
        return _new(request, reading.values, reading.errors, status=422)
    chosen = presets.of(reading.form.preset)
    rules = chosen.make() if chosen is not None else None
    try:
        journey = await drafting.create(reading.form.name, session.signed_in(request), rules)
    except Refused as refusal:
        return _new(request, reading.values, {"name": refusal.message}, status=refusal.status)
    return see_other(request, "journey_editor", id=journey.id, notice=_("草稿已建好，逐步核对内容后提交审批"))


async def show(request: Request) -> Response:
    """GET /journeys/{id}"""
    person = session.signed_in(request)
    journey = await listing.get(request.path_params["id"], person)
    known = await versioning.approved(journey.id)
    version = _chosen(known, request.query_params.get("version", ""))
    rules = version.contents["definition"] if version is not None else journey.draft
    can_change = await listing.may_change(journey, person)
    asked = await approval.question(journey)
    return render(
        request,
        "console/journeys/show.html",
        journey=journey,
        version=version,
        versions=known,
        rules=rules,
        counts=await counting.steps(version) if version is not None else {},
        nothing=counting.StepCount(),
        total=(await listing.totals([journey])).get(journey.id, listing.Total()),
        outcome=await counting.outcome(version) if version is not None else None,
        ends=await counting.ends(version) if version is not None else [],
        said=await step_sentences(rules),
        audience=await audience_words.describe(rules["conditions"]),
        trigger=checking.say_trigger(rules),
        goal=describing.say_goal(rules),
        can_change=can_change,
        may_verb={verb: can_change and running.may(verb, journey.state) for verb in running.MOVES},
        asked=asked,
        may_decide=asked is not None and await approval_reading.is_for(asked, person),
        last=await _last_answer(journey),
        **names(),
    )


async def pause(request: Request) -> Response:
    """POST /journeys/{id}/pause"""
    form = await forms.read(request, ReasonForm)
    journey = await running.pause(request.path_params["id"], form.reason, session.signed_in(request))
    return see_other(request, "journey", id=journey.id, notice=_("已暂停，没有新的消息在发出"), tone="warn")


async def resume(request: Request) -> Response:
    """POST /journeys/{id}/resumption"""
    journey = await running.resume(request.path_params["id"], session.signed_in(request))
    return see_other(request, "journey", id=journey.id, notice=_("已继续"))


async def close(request: Request) -> Response:
    """POST /journeys/{id}/closing"""
    journey = await running.close(request.path_params["id"], session.signed_in(request))
    return see_other(request, "journey", id=journey.id, notice=_("不再进人，已在旅程中的客户会走完"))


async def reopen(request: Request) -> Response:
    """POST /journeys/{id}/reopening"""
    journey = await running.reopen(request.path_params["id"], session.signed_in(request))
    return see_other(request, "journey", id=journey.id, notice=_("已恢复进人"))


async def end(request: Request) -> Response:
    """POST /journeys/{id}/ending"""
    form = await forms.read(request, ReasonForm)
    journey = await running.end(request.path_params["id"], form.reason, session.signed_in(request))
    return see_other(request, "journey", id=journey.id, notice=_("旅程已结束，排队的消息不再发送"), tone="warn")


async def copy(request: Request) -> Response:
    """POST /journeys/{id}/copy"""
    made = await drafting.copy(request.path_params["id"], session.signed_in(request))
    return see_other(request, "journey_editor", id=made.id, notice=_("已复制为新的草稿"))


def names() -> dict[str, Any]:
    """What codes of journeys are called on pages."""
    return {
        "state_names": listing.STATES,
        "state_tones": listing.TONES,
        "review_names": listing.REVIEWS,
        "kinds": registry.KINDS,
        "send_names": words.SEND_STATES,
        "end_names": ENDS,
        "channel_names": words.CHANNELS,
    }


ENDS = {
    "active": "旅程中",
    "finished": "走完",
    "goal": "达成目标",
    "left": "按规则离开",
    "stopped": "旅程被结束",
    "merged": "档案合并",
}


async def step_sentences(rules: definition.Definition) -> dict[str, str]:
    """Each step in one sentence, by its code."""
    found = {}
    for placed in definition.steps_of(rules):
        step = placed.step
        if step["kind"] == "branch":
            found[step["code"]] = await describing.say_step(step)
        else:
            found[step["code"]] = registry.of(step["kind"]).say(step["params"])
    return found


def _chosen(known: list[JourneyVersion], wanted: str) -> JourneyVersion | None:
    number = numbers.row_id(wanted) if wanted else None
    if wanted:
        for one in known:
            if one.number == number:
                return one
        raise NotFound
    return known[0] if known else None


async def _last_answer(journey: Journey) -> Any:
    ids = await JourneyVersion.filter(journey_id=journey.id).order_by("-id").limit(1).values_list("id", flat=True)
    return await approval_reading.latest(approval.SUBJECT, int(str(ids[0]))) if ids else None


def _new(request: Request, values: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    return render(
        request,
        "console/journeys/new.html",
        status=status,
        values=values,
        errors=errors,
        presets=presets.all_presets(),
    )


def _tabs(request: Request, state: str, counts: dict[str, int]) -> list[tuple[str, str, bool]]:
    path = str(request.app.url_path_for("journeys"))
    tabs = [(_("全部") + f" {sum(counts.values())}", path, state not in listing.STATES)]
    return tabs + [
        (f"{_(name)} {counts.get(code, 0)}", f"{path}?{urlencode({'state': code})}", state == code)
        for code, name in listing.STATES.items()
        if counts.get(code) or state == code
    ]
