"""Noticing outflows of deposits for all clients at once; `deposit_return.notice` is the reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from community.clients import timeline
from kernel import clock, database
from kernel.database import transaction
from loyalty.assets import holdings
from loyalty.metrics.deposit_return import BASE_DAYS, STANDARD, Thresholds

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('loyalty.metrics.outflows', 0))"
RECENT = timedelta(days=45)

# $1, $2 days; $3 window; $4 trailing days; $5 floor; $6 share in percent
CANDIDATES = """
WITH flow AS (
    SELECT a.client_id, m.booked_on AS day, sum(m.amount_fen)::bigint AS net_fen
    FROM movement m JOIN account a ON a.id = m.account_id
    WHERE m.is_external AND a.kind = 'deposit' AND a.client_id IS NOT NULL
      AND m.booked_on BETWEEN $1::date - ($3::int - 1) AND $2::date
    GROUP BY 1, 2
), rolled AS (
    SELECT client_id, day, net_fen, -sum(net_fen) OVER (
        PARTITION BY client_id ORDER BY day
        RANGE BETWEEN make_interval(days => $3::int - 1) PRECEDING AND CURRENT ROW
    ) AS lost_fen
    FROM flow
)
SELECT r.client_id, r.day, r.lost_fen::bigint AS lost_fen
FROM rolled r CROSS JOIN LATERAL (
    SELECT COALESCE(sum(deposit_fen), 0) AS sum_fen, GREATEST(count(*), 1) AS days
    FROM client_day d
    WHERE d.client_id = r.client_id AND d.day BETWEEN r.day - ($3::int + $4::int - 1) AND r.day - $3::int
) before
WHERE r.day >= $1::date AND r.net_fen < 0 AND r.lost_fen >= $5::bigint
  AND r.lost_fen * 100 * before.days >= $6::int * before.sum_fen
ORDER BY 1, 2
"""
KNOWN = """
SELECT client_id, on_day FROM outflow
WHERE client_id = ANY($1::bigint[]) AND on_day BETWEEN $2::date AND $3::date ORDER BY 1, 2
"""
KEEP = """
INSERT INTO outflow (client_id, on_day, amount_fen, created_at)
SELECT t.*, $4 FROM unnest($1::bigint[], $2::date[], $3::bigint[]) t
ON CONFLICT (client_id, on_day) DO NOTHING
"""
# kept once and for all, so only from days ($2) of which every feed has spoken
LEVEL = """
UPDATE outflow o SET base_fen = level.base_fen
FROM (
    SELECT o.id, floor(sum(d.deposit_fen) / $1::int)::bigint AS base_fen
    FROM outflow o JOIN client_day d
      ON d.client_id = o.client_id AND d.day BETWEEN o.on_day + 1 AND o.on_day + $1::int
    WHERE o.base_fen IS NULL AND o.on_day + $1::int <= $2::date GROUP BY o.id HAVING count(*) = $1::int
) level WHERE level.id = o.id
"""


async def notice_all(from_day: date, until: date, limits: Thresholds = STANDARD) -> int:
    """Notice the outflows whose day zero lies between two days; returns how many are new. Safe to repeat."""
    gap = timedelta(days=limits.open_days)
    given = (from_day, until, limits.window_days, limits.trailing_days, limits.floor_fen, limits.share_percent)
    async with transaction():
        await database.fetch(LOCK)
        candidates = await database.fetch(CANDIDATES, *given)
        clients = sorted({row["client_id"] for row in candidates})
        known: dict[int, list[date]] = {}
        for row in await database.fetch(KNOWN, clients, from_day - gap, until + gap):
            known.setdefault(row["client_id"], []).append(row["on_day"])
        chosen = list(_choose(candidates, known, gap))
        columns = [[row[key] for row in chosen] for key in ("client_id", "day", "lost_fen")]
        await database.execute(KEEP, *columns, clock.now())
        await _tell_timeline(chosen)
        await database.execute(LEVEL, BASE_DAYS, await holdings.settled_until())
    return len(chosen)


def _choose(candidates: Sequence[database.Row], known: dict[int, list[date]], gap: timedelta) -> Iterator[database.Row]:
    # a client is in one open event at a time; what was noticed before stays
    for client_id, rows in groupby(candidates, key=lambda row: row["client_id"]):
        taken = known.get(client_id, [])
        for row in rows:
            if all(abs(row["day"] - day) >= gap for day in taken):
                taken = [*taken, row["day"]]
                yield row


async def _tell_timeline(chosen: Sequence[database.Row]) -> None:
    # old losses of an imported history are facts for figures, not news for the client's page
    recent = [row for row in chosen if row["day"] > clock.today() - RECENT]
    for day, rows in groupby(sorted(recent, key=lambda row: row["day"]), key=lambda row: row["day"]):
        await timeline.record_many([row["client_id"] for row in rows], "outflow.noticed", on_day=day.isoformat())
