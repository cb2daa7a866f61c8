"""The catalogue of benefits and what was granted of it, for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from community.clients import portrait
from kernel import database, masking
from kernel.errors import NotFound
from loyalty.rewards.kinds import registry
from loyalty.rewards.models import Benefit
from staff import scope
from staff.models import Staff

PAGE = 50
COUNTS = """
SELECT g.benefit_id, count(*) AS granted, count(*) FILTER (WHERE g.state = 'redeemed') AS redeemed,
       count(g.told_at) AS told
FROM grant_ g JOIN client c ON c.id = g.client_id WHERE {scope} GROUP BY 1
"""
GRANTS = """
SELECT g.id, g.client_id, b.name AS benefit, b.value_fen, g.period, g.state, g.cause, g.created_at, g.told_at,
  g.redeemed_at
FROM grant_ g JOIN benefit b ON b.id = g.benefit_id JOIN client c ON c.id = g.client_id
WHERE {scope} ORDER BY g.id DESC LIMIT $1 OFFSET $2
"""
CLIENT = "SELECT g.client_id FROM grant_ g JOIN client c ON c.id = g.client_id WHERE g.id = $1 AND {scope}"
COUNT = "SELECT count(*) FROM grant_ g JOIN client c ON c.id = g.client_id WHERE {scope}"


@dataclass(frozen=True)
class CatalogueLine:
    """A benefit with its kind's name, and how many were granted, told and used."""

    benefit: Benefit
    kind: str
    granted: int
    told: int
    redeemed: int


@dataclass(frozen=True)
class GrantLine:
    """A grant with the client's masked name."""

    id: int
    client_id: int
    client: str
    benefit: str
    value_fen: int
    period: str
    state: str
    cause: str
    created_at: datetime
    told_at: datetime | None
    redeemed_at: datetime | None


async def catalogue(person: Staff) -> list[CatalogueLine]:
    """Every benefit, active ones first, with what clients within the person's scope got of it."""
    own = scope.clients(person)
    rows = await database.fetch(COUNTS.format(scope=own.sql), *own.arguments)
    counts = {row["benefit_id"]: row for row in rows}
    none = {"granted": 0, "told": 0, "redeemed": 0}
    lines = []
    for benefit in await Benefit.all().order_by("-is_active", "tier", "id"):
        kind = registry.KINDS.get(benefit.kind)
        row = counts.get(benefit.id, none)
        label = kind.label if kind else benefit.kind
        lines.append(CatalogueLine(benefit, label, row["granted"], row["told"], row["redeemed"]))
    return lines


async def grants(person: Staff, page: int = 1, *, size: int = PAGE) -> tuple[list[GrantLine], int]:
    """Grants to clients within the person's scope, newest first, and how many there are."""
    own = scope.clients(person, first=3)
    sql = GRANTS.format(scope=own.sql)
    rows = await database.fetch(sql, size, (max(page, 1) - 1) * size, *own.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows])
    counted = scope.clients(person)
    total = await database.fetch_value(COUNT.format(scope=counted.sql), *counted.arguments)
    return [GrantLine(client=masking.name(names.get(row["client_id"], "")), **row) for row in rows], int(total)


async def client_of(person: Staff, grant_id: int) -> int:
    """Whose grant it is. NotFound: none, or a client beyond the person's scope."""
    own = scope.clients(person, first=2)
    found: int | None = await database.fetch_value(CLIENT.format(scope=own.sql), grant_id, *own.arguments)
    if found is None:
        raise NotFound
    return found
