"""The month of campaigns: what starts when, which messages follow, and where a branch gets too much on one day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from tortoise.expressions import Q

from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign, Step
from kernel import clock, database
from staff.models import Staff

MOST_PER_DAY = 2
# a reminder may belong to a campaign that started in an earlier month
LOOK_BACK = timedelta(days=62)
# an occurrence of a series was counted when the series was submitted
SIZES = """
SELECT m.id, CASE WHEN m.frozen_at IS NOT NULL
    THEN (SELECT count(*) FROM delivery d WHERE d.campaign_id = m.id AND d.decision = 'due')
    ELSE coalesce((SELECT a.size FROM approval a WHERE a.subject = 'campaign' AND a.subject_id IN (m.id, m.series_id)
        AND a.state IN ('waiting', 'approved') ORDER BY a.id DESC LIMIT 1), 0) END::int AS people
FROM campaign m WHERE m.id = ANY($1::bigint[])
"""
_NOT_SHOWN = ("cancelled",)
_COUNTED = ("submitted", "approved", "scheduled", "sending", "paused", "finished")


class Entry(NamedTuple):
    """One start of a campaign, or one of its later messages; people: as frozen, else as counted when submitted."""

    at: datetime
    campaign_id: int
    name: str
    kind: str
    channel: str
    state: str
    step: str
    branch_id: int | None
    people: int = 0


class Day(NamedTuple):
    """One day of the month; `clashes` names the branches (None: head office) with more than MOST_PER_DAY starts."""

    day: date
    entries: list[Entry]
    clashes: list[int | None]


async def month(person: Staff, year: int, number: int) -> list[Day]:
    """Every day of a month with what the person may see of it, in order of time (Shanghai days)."""
    first = date(year, number, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return await span(person, first, last)


async def span(person: Staff, first: date, last: date) -> list[Day]:
    """Every day from `first` to `last` in the same way."""
    entries = await _entries(person, clock.at_local(first, time()), clock.at_local(last + timedelta(days=1), time()))
    days = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        of_day = [entry for entry in entries if clock.local(entry.at).date() == day]
        days.append(Day(day, of_day, _clashing(of_day)))
    return days


async def undated(person: Staff) -> list[Campaign]:
    """Drafts and approved campaigns without a start time: the rail beside the calendar."""
    return await listing.visible(person).filter(starts_at=None, state__in=("draft", "submitted", "approved"))


async def clashes_of(campaign: Campaign) -> list[str]:
    """Names of other campaigns of the same branch on the same day, when together they are more than MOST_PER_DAY."""
    if campaign.starts_at is None:
        return []
    since, until = clock.day_bounds(clock.local(campaign.starts_at).date())
    others = await Campaign.filter(
        branch_id=campaign.branch_id, starts_at__gte=since, starts_at__lt=until, state__in=_COUNTED
    ).exclude(id=campaign.id)
    return [other.name for other in others] if len(others) >= MOST_PER_DAY else []


async def _entries(person: Staff, since: datetime, until: datetime) -> list[Entry]:
    shown = listing.visible(person).exclude(state__in=_NOT_SHOWN)
    entries: list[Entry] = []
    dated = Q(starts_at__gte=since - LOOK_BACK, starts_at__lt=until)
    by_hand = Q(starts_at=None, started_at__gte=since - LOOK_BACK, started_at__lt=until)
    for campaign in await shown.filter(dated | by_hand):
        started = campaign.starts_at or campaign.started_at
        if started is None:
            continue
        entries.append(_entry(campaign, started, ""))
        entries += [_entry(campaign, at, code) for code, at in (await _later_steps(campaign)).items()]
    within = [entry for entry in entries if since <= entry.at < until]
    size_of = await _sizes(sorted({entry.campaign_id for entry in within}))
    within = [entry._replace(people=size_of.get(entry.campaign_id, 0)) for entry in within]
    return sorted(within, key=lambda entry: (entry.at, entry.campaign_id))


async def _sizes(ids: list[int]) -> dict[int, int]:
    rows = await database.fetch(SIZES, ids) if ids else []
    return {row["id"]: row["people"] for row in rows}


async def _later_steps(campaign: Campaign) -> dict[str, datetime]:
    """When the messages after the first are due: as decided at the freeze, before it as the kind foresees."""
    chosen = kind.of(campaign.kind)
    if campaign.frozen_at is None and campaign.starts_at is not None:
        if not await chosen.details(campaign):
            # a draft whose occasion isn't described yet foresees nothing
            return {}
        times = await chosen.due_times(campaign, campaign.starts_at)
    else:
        steps = await Step.filter(campaign_id=campaign.id, due_at__not_isnull=True)
        times = {step.code: step.due_at for step in steps if step.due_at}
    # the first message and the start are the same thing
    return {code: at for code, at in times.items() if code != chosen.steps[0].code}


def _entry(campaign: Campaign, at: datetime, step: str) -> Entry:
    return Entry(
        at, campaign.id, campaign.name, campaign.kind, campaign.channel, campaign.state, step, campaign.branch_id
    )


def _clashing(entries: list[Entry]) -> list[int | None]:
    starts = {entry.campaign_id: entry.branch_id for entry in entries if entry.state in _COUNTED}
    return [branch for branch, number in Counter(starts.values()).items() if number > MOST_PER_DAY]
