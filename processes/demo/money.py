"""What invented clients do with their money: a seeded year of salaries, bills, outflows and returns, day by day."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

YUAN = 100
Span = tuple[date, date]
NEVER: Span = (date.max, date.min)
BANDS = ((0.56, 2_000, 45_000), (0.30, 55_000, 420_000), (0.11, 520_000, 4_200_000), (0.03, 5_200_000, 14_000_000))
"""Shares of clients and the range of their wealth in yuan."""
LEAVES = 0.0011
"""Chance per day that a client moves a large part of the money to another bank."""
RESTLESS = 14
"""How much likelier that is in the restless weeks of a year, when many deposits fall due."""
GROWS = 0.0012
"""Chance per day that a client brings new money."""
COMES_BACK, COMES_BACK_WHEN_ASKED = 0.009, 0.042
"""Chance per day that such money returns within AWAY_DAYS; a client who was written to meanwhile returns more often."""
AWAY_DAYS = 35


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a statement; amount signed in fen."""

    client: str
    account: str
    day: date
    amount_fen: int
    balance_fen: int
    kind: str
    product: str


@dataclass
class Purse:
    """One client's accounts on the way through the year."""

    client: str
    account: str
    wealth_account: str
    salary_fen: int
    habit: float
    rng: random.Random
    balance_fen: int = 0
    wealth_fen: int = 0
    away_fen: int = 0
    left_on: date = date.min
    entries: list[Entry] = field(default_factory=list)

    def move(self, day: date, amount_fen: int, kind: str) -> None:
        """Book on the deposit account, never below zero."""
        amount_fen = max(amount_fen, -self.balance_fen)
        if amount_fen:
            self.balance_fen += amount_fen
            self.entries.append(Entry(self.client, self.account, day, amount_fen, self.balance_fen, kind, "活期"))

    def invest(self, day: date, amount_fen: int, kind: str) -> None:
        """Book on the wealth account."""
        self.wealth_fen += amount_fen
        self.entries.append(Entry(self.client, self.wealth_account, day, amount_fen, self.wealth_fen, kind, "理财"))


def purse(number: str, place: int, random_seed: int, opened_on: date) -> Purse:
    """A client's beginnings, which depend on the seed and the client's number only."""
    rng = random.Random(f"{random_seed}:{number}")
    low, high = _band(rng)
    wealth_fen = int(low * (high / low) ** rng.random()) * YUAN
    invested_fen = int(wealth_fen * rng.uniform(0.3, 0.7)) // YUAN * YUAN if rng.random() < 0.35 else 0
    salary_fen = rng.randrange(4_000, 26_000) * YUAN if rng.random() < 0.45 else 0
    one = Purse(number, f"62258{place:011d}", f"62259{place:011d}", salary_fen, rng.uniform(0.55, 1.05), rng)
    one.move(opened_on, wealth_fen - invested_fen, "跨行转入")
    if invested_fen:
        one.invest(opened_on, invested_fen, "购买产品")
    return one


def live(one: Purse, first: date, last: date, asked: Collection[str] = (), restless: Span = NEVER) -> list[Entry]:
    """Go on from `first` to `last`; gives the entries since the last call.

    asked: clients written to lately. restless: first and last of the restless days.
    """
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        _keep_house(one, day)
        leaves = LEAVES * RESTLESS if restless[0] <= day <= restless[1] else LEAVES
        _move_much(one, day, leaves, COMES_BACK_WHEN_ASKED if one.client in asked else COMES_BACK)
    entries, one.entries = one.entries, []
    return entries


def _keep_house(one: Purse, day: date) -> None:
    if day.day == 10 and one.salary_fen:
        one.move(day, one.salary_fen, "代发工资")
    if day.day == 22 and one.salary_fen:
        one.move(day, -int(one.salary_fen * one.habit) // YUAN * YUAN, "跨行转出")
    if day.day == 21 and day.month in (3, 6, 9, 12):
        one.move(day, one.balance_fen // 4_000, "结息")


def _move_much(one: Purse, day: date, leaves: float, comes_back: float) -> None:
    rng = one.rng
    if one.away_fen and (day - one.left_on).days > AWAY_DAYS:
        one.away_fen = 0
    if one.away_fen and rng.random() < comes_back:
        one.move(day, int(one.away_fen * rng.uniform(0.6, 1.0)) // YUAN * YUAN, "跨行转入")
        one.away_fen = 0
    elif not one.away_fen and rng.random() < leaves and one.balance_fen > 20_000 * YUAN:
        one.away_fen, one.left_on = int(one.balance_fen * rng.uniform(0.4, 0.9)) // YUAN * YUAN, day
        one.move(day, -one.away_fen, "跨行转出")
    elif rng.random() < GROWS:
        one.move(day, int(one.balance_fen * rng.uniform(0.2, 0.9)) // YUAN * YUAN, "跨行转入")


def _band(rng: random.Random) -> tuple[int, int]:
    drawn = rng.random()
    for share, low, high in BANDS:
        if drawn < share:
            return low, high
        drawn -= share
    return BANDS[0][1:]
