"""Which of several campaigns speaks to a person on a day: by priority, then by start; who gives way is told of whom.

A person may get only so many messages a day (the send policy). Campaigns of one day are ranked; at the freeze of each,
people whose messages are used up by campaigns that go first are left out before the control group is drawn. A campaign
that comes later on the same day and goes first takes the place of what the others have planned and not sent yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from campaigns.audience import deciding
from campaigns.audience.deciding import Audience, Rival
from campaigns.content.findings import Finding
from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign
from community.sending import policies
from kernel import clock, database

REASON = "gave_way"
PRIORITIES = {1: "最低", 2: "较低", 3: "普通", 4: "较高", 5: "最高"}
_STARTED = ("sending", "paused", "finished")
_BY_CAMPAIGN = "SELECT d.note, count(*)::int AS people FROM ({decided}) d WHERE d.decision = 'gave_way' GROUP BY d.note"
_GAVE_WAY = """
SELECT note, count(*)::int AS people FROM delivery WHERE campaign_id = $1 AND decision = 'gave_way' GROUP BY note
"""
# what went out today stands; the rest of each person's day is lined up by rank, and what finds no place gives way
GIVE_WAY = """
WITH mine AS MATERIALIZED (
    SELECT DISTINCT client_id FROM send
    WHERE campaign_id = $1 AND step = $2 AND state = 'planned' AND purpose = 'marketing'
), lined_up AS (
    SELECT s.id, row_number() OVER (
        PARTITION BY s.client_id ORDER BY s.counted_on IS NULL, rank.place, s.due_at, s.id) AS place
    FROM mine JOIN send s ON s.client_id = mine.client_id
    LEFT JOIN unnest($3::bigint[]) WITH ORDINALITY AS rank(campaign_id, place) ON rank.campaign_id = s.campaign_id
    WHERE s.purpose = 'marketing'
        AND (s.counted_on = $4 OR s.counted_on IS NULL AND s.state = 'planned' AND s.due_at < $5)
)
UPDATE send SET state = 'skipped', reason = 'gave_way', ended_at = $6
FROM lined_up
WHERE send.id = lined_up.id AND lined_up.place > $7 AND send.state = 'planned' AND send.campaign_id = ANY($8::bigint[])
"""


class Loss(NamedTuple):
    """How many people a campaign that goes first takes."""

    campaign_id: int
    name: str
    people: int


async def audience_of(campaign: Campaign) -> Audience:
    """Who the campaign speaks to, with the campaigns of the same day that go first."""
    return await listing.audience_of(campaign, await rivals(campaign))


async def rivals(campaign: Campaign) -> list[Rival]:
    """The campaigns of its day that go first, the first one first; none while only a hand says which day that is."""
    if campaign.started_at is None and campaign.starts_at is None:
        return []
    ranked = await of_day(day_of(campaign))
    found = []
    for other in ranked:
        if other.id != campaign.id and rank(other) < rank(campaign):
            audience = None if other.frozen_at is not None else await listing.audience_of(other)
            found.append(Rival(other.id, audience))
    return found


async def of_day(day: date) -> list[Campaign]:
    """Campaigns of all units that speak to clients on a Shanghai day with marketing: scheduled or started, by rank."""
    since, until = clock.day_bounds(day)
    rows = await Campaign.filter(state="scheduled", starts_at__gte=since, starts_at__lt=until)
    rows += await Campaign.filter(state__in=_STARTED, started_at__gte=since, started_at__lt=until)
    return sorted((row for row in rows if _is_marketing(row)), key=rank)


def rank(campaign: Campaign) -> tuple[int, datetime, int]:
    """The smaller the earlier: higher priority, then who starts first, then who was written first."""
    starts_at = campaign.starts_at or campaign.started_at or clock.now()
    return -campaign.priority, starts_at, campaign.id


def day_of(campaign: Campaign) -> date:
    """The Shanghai day on which it starts or started; today when only a hand will start it."""
    return clock.local(campaign.started_at or campaign.starts_at or clock.now()).date()


async def make_way(campaign: Campaign, step_code: str) -> int:
    """End what lower campaigns have planned for today and not sent, where this one's step takes the place.

    Returns how many messages gave way; inside the transaction that planned the step.
    """
    today = clock.today()
    ranked = await of_day(today)
    lower = [other.id for other in ranked if rank(other) > rank(campaign) and other.frozen_at is not None]
    if not lower:
        return 0
    rules = await policies.in_force(today)
    _, until = clock.day_bounds(today)
    # the clock's day may have turned between the two: a day that is over has no plans left
    until = max(until, clock.now() + timedelta(seconds=1))
    order = [other.id for other in ranked]
    return await database.execute(
        GIVE_WAY, campaign.id, step_code, order, today, until, clock.now(), rules.daily_cap, lower
    )


async def losses(campaign: Campaign) -> list[Loss]:
    """Which campaigns of the same day take how many people from this one, the most first."""
    audience = await audience_of(campaign)
    if not audience.rivals:
        return []
    decided = await deciding.statement(audience)
    rows = await database.fetch(_BY_CAMPAIGN.format(decided=decided.sql), *decided.arguments)
    return await named({row["note"]: row["people"] for row in rows})


async def given_way(campaign_id: int) -> list[Loss]:
    """The same as it was decided at the freeze."""
    rows = await database.fetch(_GAVE_WAY, campaign_id)
    return await named({row["note"]: row["people"] for row in rows})


async def named(people_of: dict[str, int]) -> list[Loss]:
    """Notes of deliveries (numbers of campaigns) with their people, as losses by name."""
    ids = [int(note) for note in people_of if note.isdigit()]
    names = {row.id: row.name for row in await Campaign.filter(id__in=ids)}
    found = [Loss(number, names.get(number, str(number)), people_of[str(number)]) for number in ids]
    return sorted(found, key=lambda loss: -loss.people)


def findings(lost: Sequence[Loss]) -> list[Finding]:
    """What the preflight says of people who would give way."""
    if not lost:
        return []
    people = sum(loss.people for loss in lost)
    names = "、".join(f"“{loss.name}”（{loss.people} 人）" for loss in lost[:3])
    message = f"当天有更优先的活动：{names}，共 {people} 位客户的当日名额已用完，本次不会收到"
    fix = "改到另一天，或与该活动的负责人商定优先级"
    return [Finding("arbitration.gives_way", message, fix, "priority", is_blocking=False)]


def _is_marketing(campaign: Campaign) -> bool:
    chosen = kind.of(campaign.kind)
    return not chosen.is_open and chosen.steps[0].purpose == "marketing"
