"""Deposit return of treated and control clients of a campaign, from sums that one statement makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel import database
from loyalty.assets import holdings
from loyalty.metrics import intervals
from loyalty.metrics.comparing import Arm, Comparison, compare
from loyalty.metrics.deposit_return import BASE_DAYS, BASES, DAYS, LATE_DAYS, STANDARD
from loyalty.metrics.intervals import Sums

# {arms}: SELECT client_id, arm of the caller's own; {n} numbers the first argument behind the caller's.
# A client's event is the last one that was open on the day the campaign began: enrolled before any touch.
MEASURE = """
WITH arm AS ({arms}), event AS (
    SELECT DISTINCT ON (o.client_id) arm.arm, o.client_id, o.on_day, o.amount_fen
    FROM arm JOIN outflow o ON o.client_id = arm.client_id
    WHERE o.on_day <= ${day}::date AND o.on_day > ${day}::date - {open_days}
    ORDER BY o.client_id, o.on_day DESC
), level AS (
    SELECT e.arm, e.client_id, e.amount_fen, COALESCE(e.on_day + ${days}::int <= ${settled}::date, FALSE) AS is_settled,
           sum(d.{basis}) FILTER (WHERE d.day <= e.on_day + {base_days}) AS base_fen,
           count(*) FILTER (WHERE d.day <= e.on_day + {base_days}) AS base_days,
           sum(d.{basis}) FILTER (WHERE d.day > e.on_day + ${days}::int - {late_days}) AS late_fen,
           count(*) FILTER (WHERE d.day > e.on_day + ${days}::int - {late_days}) AS late_days
    FROM event e LEFT JOIN client_day d ON d.client_id = e.client_id
     AND (d.day BETWEEN e.on_day + 1 AND e.on_day + {base_days}
          OR d.day BETWEEN e.on_day + ${days}::int - {late_days} + 1 AND e.on_day + ${days}::int)
    GROUP BY 1, 2, 3, 4
), returned AS (
    SELECT arm, amount_fen::numeric AS a,
           is_settled AND base_days = {base_days} AND late_days = {late_days} AS is_ripe, LEAST(
        GREATEST(floor(({base_days} * late_fen - {late_days} * base_fen)::numeric / {both_days}), 0), amount_fen
    ) AS r
    FROM level
)
SELECT arm, count(*) FILTER (WHERE is_ripe) AS events, count(*) FILTER (WHERE NOT is_ripe) AS pending,
       count(*) FILTER (WHERE is_ripe AND 2 * r >= a) AS returned,
       COALESCE(sum(a) FILTER (WHERE is_ripe), 0) AS a, COALESCE(sum(r) FILTER (WHERE is_ripe), 0) AS r,
       COALESCE(sum(a * a) FILTER (WHERE is_ripe), 0) AS aa, COALESCE(sum(r * r) FILTER (WHERE is_ripe), 0) AS rr,
       COALESCE(sum(a * r) FILTER (WHERE is_ripe), 0) AS ar, COALESCE(avg(r / a) FILTER (WHERE is_ripe), 0) AS mean
FROM returned GROUP BY 1
"""
ASSIGNED = "SELECT arm, count(DISTINCT client_id) AS clients FROM ({arms}) arm GROUP BY 1"


@dataclass(frozen=True)
class ReturnFigures:
    """Both arms, compared by clients (the primary reading) and by amount (the headline). Money in fen.

    assigned: clients drawn for each arm. pending: events whose windows are not over. sample_ratio_p: None when the
    planned split was not given.
    """

    basis: str
    days: int
    from_day: date
    assigned_treated: int
    assigned_control: int
    pending: int
    treated: Arm
    control: Arm
    clients: Comparison
    amount: Comparison
    sample_ratio_p: float | None

    @property
    def sentence(self) -> str:
        """What may be said, with the basis it is said on."""
        return f"{self.clients.sentence}（{BASES[self.basis]}，{self.days} 天）"


async def measure(
    arms_sql: str,
    arguments: Sequence[Any],
    from_day: date,
    days: int = DAYS,
    *,
    basis: str = "deposit",
    planned_control_share: float | None = None,
) -> ReturnFigures:
    """Measure all clients that `arms_sql` (our own SQL, $1.. = arguments) assigns: columns client_id and arm.

    arm is treated or control; everybody assigned counts, reached or not (intention to treat). from_day: the day the
    campaign began. basis: deposit or total. planned_control_share: 0 to 1, for the test of the sample ratio.
    """
    first = len(arguments) + 1
    sql = MEASURE.format(
        arms=arms_sql,
        day=first,
        days=first + 1,
        settled=first + 2,
        basis={"deposit": "deposit_fen", "total": "total_fen"}[basis],
        open_days=STANDARD.open_days,
        base_days=BASE_DAYS,
        late_days=LATE_DAYS,
        both_days=BASE_DAYS * LATE_DAYS,
    )
    # balances of a feed whose file is late are only carried: what they would say of a return is not known yet
    settled = await holdings.settled_until()
    rows = {row["arm"]: row for row in await database.fetch(sql, *arguments, from_day, days, settled)}
    assigned = {row["arm"]: row["clients"] for row in await database.fetch(ASSIGNED.format(arms=arms_sql), *arguments)}
    treated, control = _arm(rows.get("treated")), _arm(rows.get("control"))
    counts = [assigned.get("treated", 0), assigned.get("control", 0)]
    p = _sample_ratio(counts, planned_control_share)
    pending = sum(row["pending"] for row in rows.values())
    return ReturnFigures(
        basis=basis,
        days=days,
        from_day=from_day,
        assigned_treated=counts[0],
        assigned_control=counts[1],
        pending=pending,
        treated=treated,
        control=control,
        clients=compare(treated, control, by="clients", sample_ratio_p=p, pending=pending),
        amount=compare(treated, control, by="amount", sample_ratio_p=p, pending=pending),
        sample_ratio_p=p,
    )


def _sample_ratio(counts: list[int], control_share: float | None) -> float | None:
    if control_share is None or not 0 < control_share < 1 or not sum(counts):
        return None
    return intervals.sample_ratio(counts, [1 - control_share, control_share])


def _arm(row: database.Row | None) -> Arm:
    if row is None:
        return Arm(0, 0, Sums(0, 0, 0, 0, 0, 0), 0.0)
    sums = Sums(row["events"], *(int(row[key]) for key in ("a", "r", "aa", "rr", "ar")))
    return Arm(row["events"], row["returned"], sums, float(row["mean"]))
