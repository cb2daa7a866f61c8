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
_BEST = """
SELECT s.client_id, max(CASE s.state WHEN 'delivered' THEN 7 WHEN 'confirmed' THEN 6 WHEN 'accepted' THEN 6
  WHEN 'unknown' THEN 4 WHEN 'failed' THEN 3 WHEN 'skipped' THEN 2 ELSE 5 END) AS rank
FROM send s WHERE s.campaign_id = $1 GROUP BY 1
"""
_RANK = """
COALESCE(best.rank, CASE WHEN d.arm = 'control' THEN 1 WHEN d.decision = 'due' THEN 5 ELSE 0 END)
"""
_OF_ALL = "FROM delivery d JOIN client c ON c.id = d.client_id {best} WHERE d.campaign_id = $1 AND {own}"
# the people of the page first, by two indexes; what each of them got only then: a page costs a page
_PAGE = f"""
WITH page AS (
  SELECT d.client_id, d.tier, d.variant, d.decision, d.note, d.arm, c.name_sealed, c.owner_id
  {_OF_ALL} {{only}} ORDER BY d.client_id OFFSET $2 LIMIT $3
), best AS (
  {_BEST.replace("GROUP BY", "AND s.client_id = ANY(ARRAY(SELECT client_id FROM page)) GROUP BY")}
)
SELECT d.*, owner.name AS owner, {_RANK} AS rank,
  (SELECT json_agg(json_build_object('step', s.step, 'state', s.state, 'reason', s.reason, 'channel', s.channel,
    'handed_at', s.accepted_at, 'delivered_at', s.delivered_at) ORDER BY s.id)
   FROM send s WHERE s.client_id = d.client_id AND s.campaign_id = $1) AS sends,
  (SELECT min(e.at) FROM timeline_entry e WHERE e.client_id = d.client_id AND e.kind = 'link.clicked'
    AND e.detail->>'campaign' = $1::bigint::text) AS clicked_at
FROM page d LEFT JOIN staff owner ON owner.id = d.owner_id LEFT JOIN best USING (client_id) ORDER BY d.client_id
"""  # noqa: S608  # constants only
_JOINED = f"LEFT JOIN ({_BEST}) best USING (client_id)"
_COUNTS = f"SELECT {_RANK} AS rank, count(*) AS people {_OF_ALL} GROUP BY 1"


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
    rows = await database.fetch(_COUNTS.format(best=_JOINED, own=own.sql), campaign.id, *own.arguments)
    found = {_BY_RANK[row["rank"]]: int(row["people"]) for row in rows}
    return {outcome: found[outcome] for outcome in OUTCOMES if outcome in found}


async def people(campaign: Campaign, by: Staff, outcome: str = "", offset: int = 0, limit: int = PAGE) -> list[Person]:
    """A page of people within the person's scope, by their number; outcome (a key of OUTCOMES) narrows it."""
    own = scope.clients(by, first=4)
    # a number of ours stands in the text
    only = f"AND {_RANK} = {OUTCOMES[outcome][0]}" if outcome else ""
    sql = _PAGE.format(best=_JOINED if outcome else "", own=own.sql, only=only)
    rows = await database.fetch(sql, campaign.id, offset, limit, *own.arguments)
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
