"""What the first page of the console shows: what waits, assets and messages over time, groups, campaigns under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from campaigns.delivery import lift
from campaigns.planning import listing
from campaigns.planning.models import Campaign
from community.sending import tallies
from kernel import clock, database
from loyalty.metrics import reading
from loyalty.metrics.measuring import ReturnFigures
from staff import approval_reading, permissions, scope
from staff.models import Staff

WEEKS = 13
MEASURED = 4
"""How many of the newest campaigns with a control group are compared on the first page."""
OWN_ASSETS = """
SELECT d.day, sum(d.total_fen)::bigint AS total_fen, sum(d.deposit_fen)::bigint AS deposit_fen
FROM client_day d JOIN client c ON c.id = d.client_id
WHERE d.day = ANY($1::date[]) AND c.merged_into_id IS NULL AND {scope} GROUP BY d.day ORDER BY d.day
"""
MEMBERS = """
SELECT count(*) FILTER (WHERE m.left_at IS NULL)::int AS present,
  count(*) FILTER (WHERE m.joined_at >= $1)::int AS joined, count(*) FILTER (WHERE m.left_at >= $1)::int AS lost
FROM membership m JOIN client_group g ON g.id = m.group_id WHERE m.is_client AND g.status = 'active' AND {scope}
"""
CLIENTS = """
SELECT count(*)::int AS total, count(*) FILTER (WHERE c.marketing_consent AND c.opted_out_at IS NULL)::int AS reachable,
  count(*) FILTER (WHERE c.opted_out_at >= $1)::int AS left_lately,
  count(*) FILTER (WHERE c.last_activity_at >= $1)::int AS active
FROM client c WHERE c.merged_into_id IS NULL AND {scope}
"""
TIERS = """
SELECT st.tier, count(*)::int AS n FROM standing st JOIN client c ON c.id = st.client_id
WHERE c.merged_into_id IS NULL AND {scope} GROUP BY st.tier
"""
UNCONFIRMED = """
SELECT count(*)::int AS n, min(t.accepted_at) AS oldest_at FROM group_task t
WHERE t.state = 'accepted' AND t.cancelled_at IS NULL
  AND t.sender_userid IN (SELECT s.wecom_userid FROM staff s WHERE {scope})
"""
PROGRESS = """
SELECT campaign_id, count(*) FILTER (WHERE state <> 'skipped')::int AS planned,
  count(*) FILTER (WHERE state IN ('accepted', 'confirmed', 'delivered'))::int AS reached,
  count(*) FILTER (WHERE state = 'failed')::int AS failed
FROM send WHERE campaign_id = ANY($1::bigint[]) GROUP BY campaign_id
"""


class Assets(NamedTuple):
    """All clients in scope at the close of one day."""

    day: date
    total_fen: int
    deposit_fen: int


class Clients(NamedTuple):
    """Clients in scope; lately means within 28 days."""

    total: int
    reachable: int
    left_lately: int
    active: int


class Members(NamedTuple):
    """Clients in active groups, and who came and left within seven days."""

    present: int
    joined: int
    lost: int


class Lift(NamedTuple):
    """What one campaign brought back against its control group, in shares of clients (0 to 1)."""

    campaign: Campaign
    figures: ReturnFigures


class Under(NamedTuple):
    """A campaign with its progress in messages."""

    campaign: Campaign
    planned: int
    reached: int
    failed: int


@dataclass(frozen=True)
class Overview:
    """The first page of one person; assets weekly, messages daily, both oldest first.

    deposit_return is the units' or the bank's, not a director's own: it says what came back, not what a campaign did.
    """

    assets: list[Assets]
    clients: Clients
    members: Members
    tiers: dict[str, int]
    reached: list[tuple[date, int]]
    approvals: int
    oldest_approval_at: datetime | None
    unconfirmed: int
    oldest_unconfirmed_at: datetime | None
    campaigns: list[Under]
    deposit_return: reading.ReturnRate
    lifts: list[Lift]


async def of(person: Staff) -> Overview:
    """Everything within the scope of one person."""
    waiting = await approval_reading.waiting_for(person)
    senders = scope.staff(person)
    tasks = await database.fetch_one(UNCONFIRMED.format(scope=senders.sql), *senders.arguments)
    unconfirmed = tasks or {"n": 0, "oldest_at": None}
    units = await scope.units_of(person)
    return Overview(
        assets=await _assets(person, units),
        clients=await _clients(person),
        members=await _members(person),
        tiers=await tiers(person),
        reached=await tallies.reached_by_day(28, person),
        approvals=len(waiting),
        oldest_approval_at=waiting[0].created_at if waiting else None,
        unconfirmed=unconfirmed["n"],
        oldest_unconfirmed_at=unconfirmed["oldest_at"],
        campaigns=await _campaigns(person),
        deposit_return=await _deposit_return(person, units),
        lifts=await _lifts(person),
    )


async def tiers(person: Staff) -> dict[str, int]:
    """How many clients in scope stand in each tier."""
    own = scope.clients(person)
    rows = await database.fetch(TIERS.format(scope=own.sql), *own.arguments)
    return {row["tier"]: row["n"] for row in rows}


async def progress(campaign_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """By campaign: messages planned (without skipped ones), gone out, failed."""
    rows = await database.fetch(PROGRESS, list(campaign_ids))
    return {row["campaign_id"]: (row["planned"], row["reached"], row["failed"]) for row in rows}


async def _assets(person: Staff, units: frozenset[int] | None) -> list[Assets]:
    newest: date | None = await database.fetch_value("SELECT max(day) FROM client_day")
    if newest is None:
        return []
    if units is None or units:
        return await _kept_assets(newest, units)
    days = [newest - timedelta(weeks=week) for week in range(WEEKS)]
    own = scope.clients(person, first=2)
    return [Assets(**row) for row in await database.fetch(OWN_ASSETS.format(scope=own.sql), days, *own.arguments)]


async def _kept_assets(newest: date, units: frozenset[int] | None) -> list[Assets]:
    # units or the bank: the daily figures are kept, so that the first page need not add up every client
    days = WEEKS * 7 - 6
    totals = await reading.series("assets", newest, days, units)
    deposits = await reading.series("deposits", newest, days, units)
    both = zip(totals.days, totals.values, deposits.values, strict=True)
    found = [Assets(day, int(total), int(part or 0)) for day, total, part in both if total is not None]
    return found[::-7][::-1]


async def _deposit_return(person: Staff, units: frozenset[int] | None) -> reading.ReturnRate:
    newest: date | None = await database.fetch_value("SELECT max(day) FROM daily_figure")
    # kept by unit: who sees only the own clients is shown the return of the unit around them, without one: nothing
    around = [person.branch_id] if person.branch_id is not None and not units else []
    return await reading.return_rate(newest, None if units is None else [*units, *around])


async def _lifts(person: Staff) -> list[Lift]:
    if not permissions.may(person, "campaigns.see"):
        return []
    with_control = listing.visible(person).filter(frozen_at__not_isnull=True, control_percent__gt=0)
    measured = [(campaign, await lift.of(campaign)) for campaign in await with_control.limit(MEASURED)]
    return [Lift(campaign, figures) for campaign, figures in measured if figures is not None]


async def _clients(person: Staff) -> Clients:
    own = scope.clients(person, first=2)
    since = clock.now() - timedelta(days=28)
    row = await database.fetch_one(CLIENTS.format(scope=own.sql), since, *own.arguments)
    return Clients(**row) if row else Clients(0, 0, 0, 0)


async def _members(person: Staff) -> Members:
    own = scope.groups(person, first=2)
    since = clock.now() - timedelta(days=7)
    row = await database.fetch_one(MEMBERS.format(scope=own.sql), since, *own.arguments)
    return Members(**row) if row else Members(0, 0, 0)


async def _campaigns(person: Staff) -> list[Under]:
    if not permissions.may(person, "campaigns.see"):
        return []
    found = await listing.visible(person).exclude(state="cancelled").limit(8).prefetch_related("author")
    counts = await progress([campaign.id for campaign in found])
    return [Under(campaign, *counts.get(campaign.id, (0, 0, 0))) for campaign in found]
