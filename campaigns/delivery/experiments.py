"""All campaigns with a control group as one list of experiments, and what people decided in view of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.queryset import QuerySet

from campaigns.delivery import lift
from campaigns.delivery.models import Verdict
from campaigns.planning import listing
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused
from loyalty.metrics.measuring import ReturnFigures
from staff import audit
from staff.models import Staff

CHOICES = {"adopt": "以后照此做", "again": "换个做法再试", "drop": "不再做"}
LONGEST = 300


@dataclass(frozen=True)
class Experiment:
    """One campaign as an experiment: its figures now, the day they are complete, and the newest decision."""

    campaign: Campaign
    figures: ReturnFigures
    ready_on: date
    is_ready: bool
    verdict: Verdict | None


def visible(person: Staff) -> QuerySet[Campaign]:
    """Frozen campaigns with a control group that the person may see, the newest first."""
    return listing.visible(person).filter(frozen_at__isnull=False, control_percent__gt=0)


async def page(person: Staff, offset: int, limit: int) -> list[Experiment]:
    """A page of them, each measured now."""
    rows = await visible(person).offset(offset).limit(limit)
    newest: dict[int, Verdict] = {}
    for verdict in await Verdict.filter(campaign_id__in=[row.id for row in rows]).order_by("id").prefetch_related("by"):
        newest[verdict.campaign_id] = verdict
    return [one for row in rows if (one := await _experiment(row, newest.get(row.id))) is not None]


async def decide(campaign_id: int, choice: str, note: str, by: Staff) -> Verdict:
    """Write down what follows from a campaign, with the figures it rests on. Refused: they are not complete yet.

    NotFound: not a campaign that this person may change.
    """
    campaign = await listing.get(campaign_id, by)
    figures = await lift.of(campaign)
    if figures is None or not campaign.control_percent:
        raise Refused("这个活动没有对照组，没有结果可以下结论", code="verdict.no_control")
    if clock.today() < date.fromisoformat(lift.ready_at(campaign)):
        raise Refused("观察期还没有结束：提前下结论会把偶然当成效果", code="verdict.early")
    if choice not in CHOICES:
        raise Refused("请选择结论", code="verdict.choice")
    if not note.strip():
        raise Refused("请写明理由，以后的人要看得懂", code="verdict.note")
    async with database.transaction():
        # what head office tried, head office decides
        await listing.lock(campaign.id, by)
        made = await Verdict.create(
            campaign_id=campaign.id, by=by, choice=choice, note=note.strip()[:LONGEST], figures=_kept(figures)
        )
        await audit.record(by, "experiment.decided", "campaign", campaign.id, choice=choice, verdict=made.id)
    return made


async def verdicts(campaign_id: int) -> list[Verdict]:
    """All decisions about one campaign, the newest first."""
    return await Verdict.filter(campaign_id=campaign_id).order_by("-id").prefetch_related("by")


async def _experiment(campaign: Campaign, verdict: Verdict | None) -> Experiment | None:
    figures = await lift.of(campaign)
    if figures is None:
        return None
    ready_on = date.fromisoformat(lift.ready_at(campaign))
    return Experiment(campaign, figures, ready_on, clock.today() >= ready_on, verdict)


def _kept(figures: ReturnFigures) -> dict[str, Any]:
    found = figures.clients.difference
    return {
        "verdict": figures.clients.verdict,
        "sentence": figures.sentence,
        "difference": [found.estimate, found.low, found.high] if found else None,
        "p": figures.clients.p,
        "sample_ratio_p": figures.sample_ratio_p,
        "events": [figures.treated.events, figures.control.events],
    }
