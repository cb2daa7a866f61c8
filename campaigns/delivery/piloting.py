"""The pilot under way: whose messages are due first, when the others follow, and a person's word to go on at once.

Pauses, by a person or by the brakes, hold the others back too: they only go while the campaign's stream is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.audience import sampling
from campaigns.delivery.spreading import RESERVE
from campaigns.planning import kind, listing, pilots
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign, Step
from community.sending import tasks as sending_tasks
from kernel import clock, database
from kernel.database import transaction
from kernel.errors import Refused
from staff import audit, permissions
from staff.models import Staff

OF_PILOT = "|pilot"
"""What the campaign's salt is lengthened by for the draw of the pilot: it says nothing about versions or arms."""
_BRING_FORWARD = """
UPDATE send SET due_at = greatest($3::timestamptz, due_at - $4::interval)
WHERE campaign_id = $1 AND step = $2 AND state = 'planned' AND due_at >= $5
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE NOT is_rest)::int AS sends, count(*) FILTER (WHERE is_rest)::int AS rest,
    count(*) FILTER (WHERE NOT is_rest AND state IN ('accepted', 'confirmed', 'delivered'))::int AS handed,
    count(*) FILTER (WHERE NOT is_rest AND state = 'failed')::int AS failed
FROM (SELECT state, state = 'planned' AND due_at >= $3 AS is_rest FROM send WHERE campaign_id = $1 AND step = $2) one
"""


@dataclass(frozen=True)
class Pilot:
    """A pilot whose rest still waits: messages of the pilot, of these handed over and failed, and how many follow."""

    rest_at: datetime
    sends: int
    handed: int
    failed: int
    rest: int


def minutes(campaign: Campaign, step: Step, due_at: datetime, expires_at: datetime) -> int:
    """How long the others wait after the pilot of this step: 0 without one, and never until it would be useless."""
    is_first = kind.of(campaign.kind).steps[0].code == step.code
    if not (is_first and pilots.has(campaign)):
        return 0
    room = int((expires_at - RESERVE - due_at).total_seconds() // 60)
    return max(0, min(campaign.pilot_minutes, room))


def due_sql(campaign: Campaign, *, first: str, later: str, wait: str, salt: str, who: str, sender: str) -> str:
    """When one message is due: `first` in the pilot, `later` for all others, and for all where `wait` is 0.

    All are SQL expressions of our own.
    """
    if campaign.pilot_own:
        is_pilot = pilots.own_sql(campaign, sender)
    else:
        place = sampling.bucket_sql(f"({salt}::text || '{OF_PILOT}')", who)
        is_pilot = f"({place}) < {campaign.pilot_percent * sampling.BUCKETS // 100}"
    return f"CASE WHEN {wait}::int > 0 AND {is_pilot} THEN {first}::timestamptz ELSE {later} END"


async def of(campaign: Campaign) -> Pilot | None:
    """The pilot while its rest waits; None without one, and from the moment at which the others follow."""
    if campaign.state not in ("sending", "paused") or not pilots.has(campaign):
        return None
    step = await _waiting(campaign.id)
    if step is None or step.rest_at is None:
        return None
    row = await database.fetch_one(_COUNTS, campaign.id, step.code, step.rest_at)
    return Pilot(step.rest_at, **row) if row is not None and row["rest"] else None


async def go_on(campaign_id: int, by: Staff) -> Campaign:
    """Let everybody else follow now. Refused: not sending, or nobody waits any more."""
    permissions.require(by, "campaigns.edit")
    now = clock.now()
    async with transaction():
        campaign = await listing.lock(campaign_id, by)
        step = await _waiting(campaign.id)
        if campaign.state != "sending" or step is None or step.rest_at is None:
            raise Refused("没有在等待的试点：其余客户已经开始发送，或活动已暂停", code="campaign.no_pilot", status=409)
        moved = await database.execute(_BRING_FORWARD, campaign.id, step.code, now, step.rest_at - now, step.rest_at)
        await Step.filter(id=step.id).update(rest_at=now)
        await audit.record(by, "campaign.pilot_ended", SUBJECT, campaign.id, messages=moved)
        if campaign.stream_id is not None:
            sending_tasks.dispatch_stream.later(campaign.stream_id)
    return campaign


async def _waiting(campaign_id: int) -> Step | None:
    return await Step.filter(campaign_id=campaign_id, rest_at__gt=clock.now()).order_by("position", "id").first()


def until(due_at: datetime, wait: int) -> datetime | None:
    """When the others of a step follow; None where nobody waits."""
    return due_at + timedelta(minutes=wait) if wait else None
