"""What one client holds with us and gets from us: balances over time, accounts, tier and its history, benefits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kernel import clock, database

DAYS = 180
BALANCES = """
SELECT day, total_fen, deposit_fen FROM client_day WHERE client_id = $1 AND day > $2 ORDER BY day
"""
ACCOUNTS = """
SELECT a.id, a.tail, a.kind, a.opened_on, d.balance_fen, d.day
FROM account a LEFT JOIN LATERAL (
  SELECT balance_fen, day FROM account_day WHERE account_id = a.id ORDER BY day DESC LIMIT 1
) d ON TRUE
WHERE a.client_id = $1 ORDER BY d.balance_fen DESC NULLS LAST, a.id
"""
STANDING = "SELECT tier, months_below, since_on, reviewed_month FROM standing WHERE client_id = $1"
CHANGES = """
SELECT month, tier_before, tier_after, months_below, average_fen FROM standing_change
WHERE client_id = $1 ORDER BY month DESC LIMIT 12
"""
GRANTS = """
SELECT g.id, b.name, b.description, b.value_fen, g.period, g.state, g.created_at, g.told_at, g.redeemed_at
FROM grant_ g JOIN benefit b ON b.id = g.benefit_id WHERE g.client_id = $1 ORDER BY g.created_at DESC LIMIT 30
"""
OUTFLOWS = "SELECT on_day, amount_fen FROM outflow WHERE client_id = $1 ORDER BY on_day DESC LIMIT 5"


class Balance(NamedTuple):
    """All accounts of the client at the close of one day."""

    day: date
    total_fen: int
    deposit_fen: int


class AccountLine(NamedTuple):
    """One account: only its tail is shown."""

    id: int
    tail: str
    kind: str
    opened_on: date | None
    balance_fen: int | None
    day: date | None


class Standing(NamedTuple):
    """The present tier, and for how many months the client has been below its threshold."""

    tier: str
    months_below: int
    since_on: date
    reviewed_month: date


class Change(NamedTuple):
    """What one monthly review decided."""

    month: date
    tier_before: str
    tier_after: str
    months_below: int
    average_fen: int


class Given(NamedTuple):
    """One benefit granted to the client."""

    id: int
    name: str
    description: str
    value_fen: int
    period: str
    state: str
    created_at: datetime
    told_at: datetime | None
    redeemed_at: datetime | None


class Outflow(NamedTuple):
    """A loss of deposits that was noticed."""

    on_day: date
    amount_fen: int


@dataclass(frozen=True)
class Worth:
    """Everything of the above for one client; `balances` covers DAYS days, oldest first."""

    standing: Standing | None
    balances: list[Balance]
    accounts: list[AccountLine]
    changes: list[Change]
    grants: list[Given]
    outflows: list[Outflow]

    @property
    def latest(self) -> Balance | None:
        """The newest balance, if the bank's files told one."""
        return self.balances[-1] if self.balances else None


async def of(client_id: int) -> Worth:
    """The worth of one client."""
    newest: date | None = await database.fetch_value("SELECT max(day) FROM client_day WHERE client_id = $1", client_id)
    since = (newest or clock.today()) - timedelta(days=DAYS)
    standing = await database.fetch_one(STANDING, client_id)
    return Worth(
        standing=Standing(**standing) if standing else None,
        balances=[Balance(**row) for row in await database.fetch(BALANCES, client_id, since)],
        accounts=[AccountLine(**row) for row in await database.fetch(ACCOUNTS, client_id)],
        changes=[Change(**row) for row in await database.fetch(CHANGES, client_id)],
        grants=[Given(**row) for row in await database.fetch(GRANTS, client_id)],
        outflows=[Outflow(**row) for row in await database.fetch(OUTFLOWS, client_id)],
    )
