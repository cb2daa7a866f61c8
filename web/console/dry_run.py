"""The dry run of a campaign: who would get what, by which channel, through whom; nothing goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import deciding, describing, reach, reaching
from campaigns.delivery import rehearsing
from campaigns.planning import kind, listing, overlapping
from kernel import clock, numbers
from kernel.errors import NotFound, Refused
from web import session
from web.language import gettext as _
from web.rendering import render

MOST_SENDERS = 12


async def show(request: Request) -> Response:
    """GET /campaigns/{id}/dry-run?decision=&after=: for campaigns to single clients whose list isn't frozen yet."""
    person = session.signed_in(request)
    campaign = await listing.get(request.path_params["id"], person)
    if campaign.frozen_at is not None or kind.of(campaign.kind).is_open:
        raise NotFound(_("这个活动没有演练：名单已经生成，或是在群和朋友圈发布"))
    decision = request.query_params.get("decision", "")
    wanted = decision if decision in deciding.REASONS else ""
    after = numbers.row_id(request.query_params.get("after", "")) or 0
    context: dict[str, Any] = {"campaign": campaign, "decision": wanted, "after": after, "at": clock.now()}
    try:
        shares = await rehearsing.counted(campaign, person)
        lines = await rehearsing.lines(campaign, person, after=after, decision=wanted)
        members = await rehearsing.senders(campaign, person)
        audience = replace(await listing.audience_of(campaign), seen_by=person)
        overlaps = await overlapping.of(audience, person, at=campaign.starts_at, but=campaign.id)
        reached = await reaching.now(audience)
    except Refused as refusal:
        return render(request, "console/segments/dry_run.html", problem=refusal.message, **context)
    here = str(request.url.path)
    by_reason: dict[str, int] = {}
    for share in shares:
        by_reason[share.decision] = by_reason.get(share.decision, 0) + share.clients
    return render(
        request,
        "console/segments/dry_run.html",
        problem="",
        sentence=await describing.describe(campaign.conditions),
        shares=[share for share in shares if share.decision == "due"],
        reasons=[(code, label, by_reason[code]) for code, label in deciding.REASONS.items() if code in by_reason],
        tabs=[(_("全部"), here, not wanted), *_tabs(by_reason, here, wanted)],
        is_part=person.reach != "bank",
        total=sum(by_reason.values()),
        due=by_reason.get("due", 0),
        lines=lines,
        next_after=lines[-1].client_id if len(lines) == rehearsing.PAGE else 0,
        members=members[:MOST_SENDERS],
        more_members=max(0, len(members) - MOST_SENDERS),
        overlaps=overlaps,
        reached=reached,
        state_name=overlapping.state_name,
        channel_names=reach.CHANNELS,
        **context,
    )


def _tabs(by_reason: dict[str, int], here: str, wanted: str) -> list[tuple[str, str, bool]]:
    known = ((code, label) for code, label in deciding.REASONS.items() if code in by_reason)
    return [(_(label), f"{here}?decision={code}", code == wanted) for code, label in known]
