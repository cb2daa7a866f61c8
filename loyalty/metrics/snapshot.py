"""Figures by day and branch, counted from balances and outflows and kept; counting a day again corrects it."""

from __future__ import annotations

from datetime import date

from kernel import database
from kernel.database import transaction
from loyalty.metrics.deposit_return import BASE_DAYS, DAYS, LATE_DAYS

# branch 0 is the whole bank; a client without branch counts there only
KEEP = """
INSERT INTO daily_figure (figure, day, branch_id, value)
SELECT figure, day, branch_id, value FROM ({figures}) f
ON CONFLICT (figure, branch_id, day) DO UPDATE SET value = EXCLUDED.value WHERE daily_figure.value <> EXCLUDED.value
"""
BALANCES = """
SELECT v.figure, x.day, x.branch_id, v.value::float8 AS value FROM (
    SELECT d.day, CASE WHEN grouping(c.branch_id) = 1 THEN 0 ELSE c.branch_id END AS branch_id,
           sum(d.total_fen) AS assets, sum(d.deposit_fen) AS deposits,
           count(*) FILTER (WHERE d.total_fen > 0) AS holders
    FROM client_day d JOIN client c ON c.id = d.client_id AND c.merged_into_id IS NULL
    WHERE d.day BETWEEN $1::date AND $2::date
    GROUP BY GROUPING SETS ((d.day), (d.day, c.branch_id))
) x CROSS JOIN LATERAL (VALUES ('assets', x.assets), ('deposits', x.deposits), ('holders', x.holders)) v(figure, value)
WHERE x.branch_id IS NOT NULL
"""
OUTFLOWS = """
SELECT v.figure, x.day, x.branch_id, v.value::float8 AS value FROM (
    SELECT o.on_day AS day, CASE WHEN grouping(c.branch_id) = 1 THEN 0 ELSE c.branch_id END AS branch_id,
           sum(o.amount_fen) AS amount, count(*) AS clients
    FROM outflow o JOIN client c ON c.id = o.client_id
    WHERE o.on_day BETWEEN $1::date AND $2::date
    GROUP BY GROUPING SETS ((o.on_day), (o.on_day, c.branch_id))
) x CROSS JOIN LATERAL (VALUES ('outflow_amount', x.amount), ('outflow_clients', x.clients)) v(figure, value)
WHERE x.branch_id IS NOT NULL
"""
# $3 days of the definition, $4 of the base, $5 of the late window
RETURNS = """
SELECT v.figure, x.day, x.branch_id, v.value::float8 AS value FROM (
    SELECT ripe.day, CASE WHEN grouping(ripe.branch_id) = 1 THEN 0 ELSE ripe.branch_id END AS branch_id,
           sum(ripe.amount_fen) AS due, sum(ripe.returned_fen) AS returned
    FROM (
        SELECT o.on_day + $3::int AS day, c.branch_id, o.amount_fen, LEAST(GREATEST(floor((
            $4::int * late.sum_fen - $5::int * base.sum_fen)::numeric / ($4::int * $5::int)), 0), o.amount_fen
        ) AS returned_fen
        FROM outflow o JOIN client c ON c.id = o.client_id
        CROSS JOIN LATERAL (
            SELECT sum(deposit_fen) AS sum_fen, count(*) AS days FROM client_day
            WHERE client_id = o.client_id AND day BETWEEN o.on_day + 1 AND o.on_day + $4::int
        ) base
        CROSS JOIN LATERAL (
            SELECT sum(deposit_fen) AS sum_fen, count(*) AS days FROM client_day
            WHERE client_id = o.client_id AND day BETWEEN o.on_day + $3::int - $5::int + 1 AND o.on_day + $3::int
        ) late
        WHERE o.on_day BETWEEN $1::date - $3::int AND $2::date - $3::int
          AND base.days = $4::int AND late.days = $5::int
    ) ripe
    GROUP BY GROUPING SETS ((ripe.day), (ripe.day, ripe.branch_id))
) x CROSS JOIN LATERAL (VALUES ('return_due', x.due), ('return_amount', x.returned)) v(figure, value)
WHERE x.branch_id IS NOT NULL
"""


async def take(from_day: date, until: date) -> int:
    """Count every figure of these days; returns how many values were new or corrected."""
    async with transaction():
        made = await database.execute(KEEP.format(figures=BALANCES), from_day, until)
        made += await database.execute(KEEP.format(figures=OUTFLOWS), from_day, until)
        return made + await database.execute(KEEP.format(figures=RETURNS), from_day, until, DAYS, BASE_DAYS, LATE_DAYS)
