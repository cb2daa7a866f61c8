"""Who got what and when: one line per person of a frozen audience, with the decision, its reason and each message."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from campaigns.audience import deciding
from campaigns.delivery import reasons
from campaigns.planning.models import Campaign
from community.clients import personal
from kernel import database, masking
from staff import scope
from staff.models import Staff

PAGE = 50
OUTCOMES = {
    "delivered": (7, "已送达"),
    "handed": (6, "已派发"),
    "waiting": (5, "排队"),
    "unknown": (4, "核对中"),
    "failed": (3, "失败"),
    "skipped": (2, "发送时跳过"),
    "held_out": (1, "本次对照组"),
    "left_out": (0, "定名单时排除"),
}
"""What became of a person, one of these each: the best of their messages, or why there was none."""
_BY_RANK = {rank: outcome for outcome, (rank, _) in OUTCOMES.items()}
# each person's messages are looked up by the client: a page costs a page, however large the audience is
_PEOPLE = """
FROM delivery d JOIN client c ON c.id = d.client_id
CROSS JOIN LATERAL (
  SELECT COALESCE(
      max(CASE s.state WHEN 'delivered' THEN 7 WHEN 'confirmed' THEN 6 WHEN 'accepted' THEN 6 WHEN 'unknown' THEN 4
        WHEN 'failed' THEN 3 WHEN 'skipped' THEN 2 ELSE 5 END) FILTER (WHERE s.id IS NOT NULL),
      CASE WHEN d.arm = 'control' THEN 1 WHEN d.decision = 'due' THEN 5 ELSE 0 END) AS rank,
    json_agg(json_build_object('step', s.step, 'state', s.state, 'reason', s.reason, 'channel', s.channel,
      'handed_at', s.accepted_at, 'delivered_at', s.delivered_at) ORDER BY s.id
    ) FILTER (WHERE s.id IS NOT NULL) AS sends
  FROM (SELECT 1) one LEFT JOIN send s ON s.client_id = d.client_id AND s.campaign_id = d.campaign_id
) told
WHERE d.campaign_id = $1 AND {own}
"""
_PAGE = f"""
SELECT d.client_id, c.name_sealed, owner.name AS owner, d.tier, d.variant, d.decision, d.note, told.rank, told.sends,
  (SELECT min(e.at) FROM timeline_entry e WHERE e.client_id = d.client_id AND e.kind = 'link.clicked'
    AND e.detail->>'campaign' = $1::bigint::text) AS clicked_at
{_PEOPLE.replace("CROSS JOIN", "LEFT JOIN staff owner ON owner.id = c.owner_id CROSS JOIN")}
AND ($2::int IS NULL OR told.rank = $2) ORDER BY d.client_id OFFSET $3 LIMIT $4
"""  # noqa: S608  # constants only
_COUNTS = f"SELECT told.rank, count(*) AS people {_PEOPLE} GROUP BY 1"  # constants only


class Message(NamedTuple):
    """One message to one person; reason in words for staff."""

    step: str
    state: str
    reason: str
    channel: str
    handed_at: datetime | None
    delivered_at: datetime | None


class Person(NamedTuple):
    """One person of the frozen audience; name masked, empty when we don't know it. outcome: a key of OUTCOMES."""

    client_id: int
    name: str
    owner: str
    tier: str
    variant: str
    outcome: str
    why: str
    messages: list[Message]
    clicked_at: datetime | None


async def counts(campaign: Campaign, by: Staff) -> dict[str, int]:
    """How many people within the person's scope came to each outcome, in the order of OUTCOMES."""
    own = scope.clients(by, first=2)
    rows = await database.fetch(_COUNTS.format(own=own.sql), campaign.id, *own.arguments)
    found = {_BY_RANK[row["rank"]]: int(row["people"]) for row in rows}
    return {outcome: found[outcome] for outcome in OUTCOMES if outcome in found}


async def people(campaign: Campaign, by: Staff, outcome: str = "", offset: int = 0, limit: int = PAGE) -> list[Person]:
    """A page of people within the person's scope, by their number; outcome (a key of OUTCOMES) narrows it."""
    own = scope.clients(by, first=5)
    rank = OUTCOMES[outcome][0] if outcome else None
    rows = await database.fetch(_PAGE.format(own=own.sql), campaign.id, rank, offset, limit, *own.arguments)
    return [_person(row) for row in rows]


def _person(row: database.Row) -> Person:
    # being drawn into the control group is the outcome itself and no further reason
    decision = "" if row["decision"] in ("due", "held_out") else deciding.REASONS.get(row["decision"], row["decision"])
    return Person(
        client_id=row["client_id"],
        name=masking.name(personal.open_name(row["client_id"], row["name_sealed"])),
        owner=row["owner"] or "",
        tier=row["tier"],
        variant=row["variant"],
        outcome=_BY_RANK[row["rank"]],
        why="；".join(one for one in (decision, row["note"]) if one),
        messages=[_message(one) for one in json.loads(row["sends"] or "[]")],
        clicked_at=row["clicked_at"],
    )


def _message(told: dict[str, Any]) -> Message:
    handed, delivered = (
        datetime.fromisoformat(at) if (at := told[name]) else None for name in ("handed_at", "delivered_at")
    )
    reason = reasons.label(told["reason"]) if told["reason"] else ""
    return Message(told["step"], told["state"], reason, told["channel"], handed, delivered)
