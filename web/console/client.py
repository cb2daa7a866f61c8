"""One client: who they are (masked), what they are worth, what we may send, and everything that happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from community.clients import portrait, timeline
from community.groups import directory as groups
from community.sending import policies, tallies
from kernel import clock
from loyalty.rewards import periods, worth
from loyalty.tiers import directory
from web import formats, words
from web.console import client_story, client_suitability
from web.rendering import render


async def show(request: Request) -> Response:
    """GET /clients/{id}"""
    client_id = request.path_params["id"]
    await directory.require_visible(request.user, client_id)
    return await _page(request, client_id, clear=None)


async def reveal(request: Request) -> Response:
    """POST /clients/{id}/reveal: name and numbers in the clear, once, with a trace."""
    client_id = request.path_params["id"]
    await directory.require_visible(request.user, client_id)
    return await _page(request, client_id, clear=await portrait.reveal(client_id, by=request.user))


async def _page(request: Request, client_id: int, clear: portrait.Clear | None) -> Response:
    entries = await timeline.entries(client_id, _before(request))
    held = await worth.of(client_id)
    return render(
        request,
        "console/client.html",
        client=await portrait.show(client_id),
        clear=clear,
        worth=held,
        **_balance_chart(held),
        tiers=await directory.tier_names(),
        entries=entries,
        story=await client_story.of(entries),
        period_name=periods.label,
        is_last=len(entries) < timeline.PAGE,
        groups=await groups.of_client(client_id),
        sends=await tallies.recent(client_id),
        used=await tallies.marketing_this_month(client_id),
        policy=await policies.in_force(),
        channels=words.CHANNELS,
        states=words.SEND_STATES,
        state_tones=words.SEND_TONES,
        **await client_suitability.part(client_id),
    )


def _balance_chart(held: worth.Worth) -> dict[str, Any]:
    days = held.balances
    size, unit = formats.chart_unit()
    return {
        "balance_unit": f" {unit}",
        "balance_labels": [formats.day(one.day) for one in days],
        "balance_totals": [round(one.total_fen / size, 2) for one in days],
        "balance_deposits": [round(one.deposit_fen / size, 2) for one in days],
        "balance_rows": [
            [formats.day(one.day), formats.money(one.total_fen), formats.money(one.deposit_fen)] for one in days[::-7]
        ],
    }


def _before(request: Request) -> tuple[datetime, int] | None:
    at, entry_id = request.query_params.get("at", ""), request.query_params.get("entry", "")
    if not (entry_id.isdigit() and entry_id.isascii()) or len(entry_id) > 18:
        return None
    try:
        moment = datetime.fromisoformat(at)
        # the first and the last day of the calendar have no UTC moment everywhere
        return (moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)).astimezone(UTC), int(entry_id)
    except (ValueError, OverflowError):
        return None
