"""Segments and what the editor shows of them: how many, who is left out and why, and twenty of them to look at."""

from __future__ import annotations

from typing import NamedTuple

from campaigns.audience import deciding
from campaigns.audience.deciding import Audience
from community.clients import portrait
from kernel import database, masking
from staff import scope
from staff.models import Staff

SAMPLE_SIZE = 20


class Exclusion(NamedTuple):
    """One step of the waterfall."""

    reason: str
    label: str
    clients: int


class Waterfall(NamedTuple):
    """total = sum of exclusions + due."""

    total: int
    exclusions: list[Exclusion]
    due: int


class Sampled(NamedTuple):
    """One client of the audience, masked, with what would happen to them."""

    client_id: int
    name: str
    tier: str
    branch: str
    owner: str
    decision: str
    label: str


async def count(audience: Audience) -> int:
    """How many clients the conditions find in the author's scope."""
    members = await deciding.members(audience)
    # the statement is compiled from our own pieces, values are arguments
    return int(await database.fetch_value(f"SELECT count(*) FROM ({members.sql}) m", *members.arguments))  # noqa: S608


async def waterfall(audience: Audience) -> Waterfall:
    """The audience step by step: how many are left out for which reason, and how many get the message."""
    decided = await deciding.statement(audience)
    # SQL of our own: values travel as arguments
    sql = f"SELECT decision, count(*) AS clients FROM ({decided.sql}) d GROUP BY decision"  # noqa: S608
    found = {row["decision"]: row["clients"] for row in await database.fetch(sql, *decided.arguments)}
    due = found.pop("due", 0)
    exclusions = [
        Exclusion(reason, label, found[reason]) for reason, label in deciding.REASONS.items() if reason in found
    ]
    return Waterfall(due + sum(line.clients for line in exclusions), exclusions, due)


async def sample(audience: Audience, seen_by: Staff, size: int = SAMPLE_SIZE) -> list[Sampled]:
    """Some clients of the audience whom `seen_by` may see, in an order that has nothing to do with them; masked."""
    decided = await deciding.statement(audience)
    own = scope.clients(seen_by, first=len(decided.arguments) + 1)
    sql = f"""
        SELECT d.client_id, d.tier, d.decision, branch.name AS branch, owner.name AS owner
        FROM ({decided.sql}) d
        JOIN client c ON c.id = d.client_id
        LEFT JOIN branch ON branch.id = c.branch_id
        LEFT JOIN staff owner ON owner.id = c.owner_id
        WHERE {own.sql}
        ORDER BY md5(d.client_id::text) LIMIT {int(size)}
    """  # noqa: S608  # our own pieces, values as arguments
    rows = await database.fetch(sql, *decided.arguments, *own.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows])
    return [
        Sampled(
            row["client_id"],
            masking.name(names.get(row["client_id"], "")),
            row["tier"],
            row["branch"] or "",
            row["owner"] or "",
            row["decision"],
            deciding.REASONS[row["decision"]],
        )
        for row in rows
    ]
