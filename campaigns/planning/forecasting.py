"""What scheduled campaigns will ask of the platform's allowances, window by window, and where that is too much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.planning import allowances, listing
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign, Step
from community.sending import quota_overview
from kernel import clock, database
from staff import scope
from staff.models import Staff
from wechat import limits
from wechat.limits import GROUP_MESSAGE

AHEAD = timedelta(days=31)
STATES = ("submitted", "approved", "scheduled")
SIZES = """
SELECT DISTINCT ON (subject_id) subject_id, size FROM approval
WHERE subject = $1 AND subject_id = ANY($2::bigint[]) AND state IN ('waiting', 'approved')
ORDER BY subject_id, id DESC
"""
WAITING = """
SELECT s.channel, count(*)::int AS messages FROM send s JOIN campaign m ON m.id = s.campaign_id
WHERE s.state = 'planned' AND {scope} GROUP BY s.channel ORDER BY s.channel
"""


class Planned(NamedTuple):
    """One scheduled campaign: people as they were counted when it was submitted, messages to each of them."""

    id: int
    name: str
    channel: str
    starts_at: datetime
    people: int
    messages_each: int

    @property
    def messages(self) -> int:
        """All its messages together."""
        return self.people * self.messages_each


class Window(NamedTuple):
    """One window of the allowance for group messages, from its begin on, with the campaigns that start in it.

    each: messages that one client could get if every campaign reached them; allowed: how many may.
    capacity: places of all reachable clients together, less what is used of the present window.
    """

    began: datetime
    ends: datetime
    campaigns: list[Planned]
    each: int
    allowed: int
    messages: int
    capacity: int

    @property
    def is_short(self) -> bool:
        """Whether somebody may get fewer messages than planned."""
        return self.each > self.allowed or self.messages > self.capacity


async def scheduled(person: Staff) -> list[Planned]:
    """Campaigns that start within a month, of those that the person may see, the soonest first."""
    now = clock.now()
    shown = listing.visible(person).filter(state__in=STATES, starts_at__gte=now, starts_at__lt=now + AHEAD)
    rows = await shown.order_by("starts_at")
    ids = [row.id for row in rows]
    size_of = {row["subject_id"]: row["size"] for row in await database.fetch(SIZES, SUBJECT, ids)}
    steps: dict[int, list[Step]] = {}
    for step in await Step.filter(campaign_id__in=ids):
        steps.setdefault(step.campaign_id, []).append(step)
    return [_planned(row, steps.get(row.id, []), size_of.get(row.id, 0)) for row in rows]


async def windows(planned: Sequence[Planned], reach: quota_overview.Reach) -> list[Window]:
    """Group messages to clients by window; `reach` is what the present window still holds."""
    now, found = clock.now(), []
    by_window: dict[datetime, list[Planned]] = {}
    for one in planned:
        if one.channel == "wecom_message":
            by_window.setdefault(limits.at(GROUP_MESSAGE, one.starts_at).began(one.starts_at), []).append(one)
    for began, some in sorted(by_window.items()):
        limit = limits.at(GROUP_MESSAGE, some[0].starts_at)
        allowed = limit.number(began)
        capacity = reach.everybody * allowed - (reach.messages if began <= now else 0)
        each = sum(one.messages_each for one in some)
        messages = sum(one.messages for one in some)
        found.append(Window(began, limit.frees(began), some, each, allowed, messages, capacity))
    return found


async def waiting(person: Staff) -> dict[str, int]:
    """Messages of running campaigns that the person may see, planned and not out yet, by channel."""
    own = scope.campaigns(person)
    rows = await database.fetch(WAITING.format(scope=own.sql), *own.arguments)
    return {row["channel"]: row["messages"] for row in rows}


def _planned(campaign: Campaign, steps: Sequence[Step], people: int) -> Planned:
    assert campaign.starts_at is not None
    each = allowances.messages_each(campaign, steps)
    return Planned(campaign.id, campaign.name, campaign.channel, campaign.starts_at, people, each)
