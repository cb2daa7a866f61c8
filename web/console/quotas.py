"""What the platform still lets us send to clients and groups and by each account, and what is scheduled against it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience.reach import CHANNELS
from campaigns.planning import forecasting
from community.sending import quota_overview, quotas
from kernel import clock
from web.console.api_call_words import API_NAMES, SIDES
from web.rendering import render
from wechat import accounts, limits
from wechat.limits import GROUP_MESSAGE

SHOWN_CALLS = 6
FIRST = (GROUP_MESSAGE, "oa.window.message", "oa.window.tap", "oa.mass.per_fan", "oa.template", "oa.subscribe")
"""The rules that everybody who plans must know; the others are folded away."""
WINDOW_NAMES = {"month": "本月", "week": "本周", "day": "今天"}


async def index(request: Request) -> Response:
    """GET /quotas"""
    person = request.user
    clients = await quota_overview.of_clients(person)
    planned = await forecasting.scheduled(person)
    names = {app.receive_id: app.name or app.receive_id for app in accounts.every()}
    return render(
        request,
        "console/quotas.html",
        clients=clients,
        groups=await quota_overview.of_groups(person),
        followers=await quota_overview.of_followers(person),
        window_name=WINDOW_NAMES.get(clients.limit.per, ""),
        standings=[(channel, names.get(app, app), one) for (channel, app), one in (await quotas.of_accounts()).items()],
        calls=(await quota_overview.of_calls())[:SHOWN_CALLS],
        api_names=API_NAMES,
        sides=SIDES,
        units=limits.UNITS,
        planned=planned,
        windows=await forecasting.windows(planned, clients),
        waiting=await forecasting.waiting(person),
        channels=CHANNELS,
        choices=limits.choices(GROUP_MESSAGE),
        offers={one.preset: one.label for one in limits.offers(GROUP_MESSAGE, clock.now())},
        **_rules(),
    )


def _rules() -> dict[str, Any]:
    today, now = clock.today(), clock.now()
    everything = limits.every()
    current = [one for one in everything if one.valid_until is None or one.valid_until >= today]
    chosen = limits.at(GROUP_MESSAGE, now)
    shown = [one for one in current if one.name != GROUP_MESSAGE or one.preset == chosen.preset]
    past = [one for one in everything if one.valid_until is not None and one.valid_until < today]
    first = sorted((one for one in shown if one.name in FIRST), key=lambda one: FIRST.index(one.name))
    others = [one for one in shown if one.name not in FIRST]
    return {
        name: [(one, one.number(now)) for one in rows]
        for name, rows in (("rules", first), ("others", others), ("past", past))
    }
