"""The first page: what waits, the key numbers, assets and messages over time, groups and campaigns."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.delivery import overview
from campaigns.planning import kind, lifecycle
from community.groups import directory as groups
from loyalty.tiers import directory
from staff import permissions
from web import formats, words
from web.language import gettext as _
from web.rendering import render


async def show(request: Request) -> Response:
    """GET /"""
    person = request.user
    found = await overview.of(person)
    names = await directory.tier_names()
    may_see_groups = permissions.may(person, "groups.see")
    return render(
        request,
        "console/overview.html",
        overview=found,
        groups=await groups.lines(person, status="active", limit=5) if may_see_groups else [],
        full=groups.FULL,
        assets=_assets_chart(found.assets),
        asset_rows=[
            [formats.day(week.day), formats.money(week.total_fen), formats.money(week.deposit_fen)]
            for week in found.assets
        ],
        tier_bars=[(names.get(code, code), count, "") for code, count in _from_high(found.tiers, names)],
        messages=_messages_chart(found.reached),
        forest=_forest(found.lifts),
        lift_rows=[_lift_row(one) for one in found.lifts],
        newest_lift=next((one for one in found.lifts if one.figures.clients.difference), None),
        kind_label=lambda code: kind.of(code).label,
        channels=words.CHANNELS,
        states=lifecycle.NAMES,
        tones=words.CAMPAIGN_TONES,
    )


def _assets_chart(weeks: list[overview.Assets]) -> dict[str, Any]:
    return {
        "unit": f" {formats.chart_unit()[1]}",
        "labels": [formats.day(week.day) for week in weeks],
        "series": [
            {"name": _("总资产"), "values": [_charted(week.total_fen) for week in weeks]},
            {"name": _("存款"), "values": [_charted(week.deposit_fen) for week in weeks], "control": True},
        ],
    }


def _from_high(counts: dict[str, int], names: dict[str, str]) -> list[tuple[str, int]]:
    order = {code: rank for rank, code in enumerate(names)}
    return sorted(counts.items(), key=lambda pair: -order.get(pair[0], -1))


def _messages_chart(days: list[tuple[Any, int]]) -> dict[str, Any]:
    labels = [formats.day(day) for day, _count in days]
    series = [{"name": _("发出消息"), "values": [count for _day, count in days]}]
    return {"labels": labels, "unit": " " + _("条"), "series": series}


def _forest(lifts: list[overview.Lift]) -> dict[str, Any]:
    rows = []
    for one in lifts:
        if gap := one.figures.clients.difference:
            estimate, low, high = (100 * value for value in (gap.estimate, gap.low, gap.high))
            rows.append({"name": one.campaign.name[:8], "value": estimate, "low": low, "high": high})
    return {"unit": _("个百分点"), "rows": rows}


def _lift_row(one: overview.Lift) -> list[str]:
    clients = one.figures.clients
    gap = clients.difference
    return [
        one.campaign.name,
        formats.percent(clients.treated),
        formats.percent(clients.control),
        formats.points(gap.estimate) if gap else formats.NOTHING,
        formats.interval(gap.low, gap.high) if gap else formats.NOTHING,
    ]


def _charted(fen: int) -> float:
    return round(fen / formats.chart_unit()[0], 1)
