"""All campaigns with a control group side by side: is the draw sound, what does the interval say, what was decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from campaigns.delivery import experiments
from campaigns.delivery.experiments import Experiment
from loyalty.metrics import intervals
from web import paging, session
from web.language import gettext as _
from web.rendering import render

PAGE = 12
"""Each one is a measurement of its own over balances."""
TONES = {"effect": "good", "harm": "bad", "broken": "bad", "none": "done"}


async def index(request: Request) -> Response:
    """GET /experiments"""
    person = session.signed_in(request)
    page = paging.read(request, await experiments.visible(person).count(), size=PAGE)
    rows = await experiments.page(person, page.offset, page.size)
    return render(
        request,
        "console/experiments/index.html",
        rows=rows,
        page_of_rows=page,
        chart={"unit": _("个百分点"), "rows": [line for one in rows if (line := _line(one)) is not None]},
        tones=TONES,
        choice_names=experiments.CHOICES,
        alarm=intervals.SRM_ALARM,
    )


def _line(one: Experiment) -> dict[str, object] | None:
    found = one.figures.clients.difference
    if found is None:
        return None
    return {
        "name": one.campaign.name,
        "value": 100 * found.estimate,
        "low": 100 * found.low,
        "high": 100 * found.high,
    }
