"""How many clients another policy would place elsewhere: both ladders over one month of balances, without grace."""

from __future__ import annotations

import calendar
from collections import Counter
from datetime import date, timedelta

from kernel import database
from loyalty.assets import holdings
from loyalty.tiers.rules import Policy

# $1..$2 the month; $3, $4 divisors; $5, $6 thresholds from low to high. The columns' names are ours.
MOVES = """
WITH average AS (
  SELECT client_id, floor(sum({before})::numeric / $3::int)::bigint AS was_fen,
    floor(sum({after})::numeric / $4::int)::bigint AS now_fen
  FROM client_day WHERE day BETWEEN $1::date AND $2::date GROUP BY 1
)
SELECT width_bucket(was_fen, $5::bigint[]) AS was, width_bucket(now_fen, $6::bigint[]) AS now, count(*)::int AS clients
FROM average GROUP BY 1, 2 ORDER BY 1, 2
"""
COLUMNS = {"total": "total_fen", "deposit": "deposit_fen"}


async def between(before: Policy, after: Policy) -> tuple[date, Counter[tuple[str, str]]] | None:
    """The month looked at, and how many clients earn which tier under each; None: no whole month of balances yet."""
    covered = await holdings.settled_until()
    if covered is None:
        return None
    last = covered
    if covered.day != calendar.monthrange(covered.year, covered.month)[1]:
        last = covered.replace(day=1) - timedelta(days=1)
    sql = MOVES.format(before=COLUMNS[before.basis], after=COLUMNS[after.basis])
    divisors = [30 if one.day_count == "thirty" else last.day for one in (before, after)]
    ladders = [[tier.threshold_fen for tier in one.tiers] for one in (before, after)]
    rows = await database.fetch(sql, last.replace(day=1), last, *divisors, *ladders)
    moves: Counter[tuple[str, str]] = Counter()
    for row in rows:
        # below the lowest threshold counts as the lowest
        was, now = max(row["was"], 1) - 1, max(row["now"], 1) - 1
        moves[before.tiers[was].code, after.tiers[now].code] += row["clients"]
    return (last, moves) if moves else None


async def lines(before: Policy, after: Policy) -> list[list[str]]:
    """The same in words, one line per kind of move."""
    found = await between(before, after)
    if found is None:
        return [["影响测算", "还没有完整一个月的余额，无法测算"]]
    last, moves = found
    names = {tier.code: tier.name for tier in (*before.tiers, *after.tiers)}
    moved = {pair: clients for pair, clients in moves.items() if pair[0] != pair[1]}
    total, changed = sum(moves.values()), sum(moved.values())
    said = [["影响测算", f"按 {last:%Y-%m} 月日均、不计宽限：{total:,} 位客户中 {changed:,} 位变动"]]
    return said + [[f"{names[was]} → {names[now]}", f"{clients:,} 位"] for (was, now), clients in sorted(moved.items())]
