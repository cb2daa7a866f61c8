"""How the intake stands: what comes in per second and minute, how long answers and handling take, what lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from kernel import clock, database
from webhooks import kinds, tallies

NOW_S = 10
HOUR = timedelta(hours=1)
SAMPLE = 2000
MINUTES = """
SELECT minute, sum(count) FILTER (WHERE what = 'received')::int AS received,
  sum(count) FILTER (WHERE what = 'repeated')::int AS repeated
FROM intake_minute WHERE minute > $1 AND what IN ('received', 'repeated') GROUP BY minute ORDER BY minute
"""
TOTALS = "SELECT what, sum(count)::int AS n FROM intake_minute WHERE minute > $1 GROUP BY what"
LAST_SECONDS = "SELECT count(*)::int FROM callback WHERE created_at > $1"
LANES = """
SELECT lane, count(*)::int AS waiting, min(created_at) AS oldest_at FROM callback
WHERE state IN ('received', 'failed', 'claimed') GROUP BY lane
"""
HANDLED = """
SELECT count(*)::int AS n,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM handled_at - created_at)) AS p50,
  percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM handled_at - created_at)) AS p99
FROM (SELECT created_at, handled_at FROM callback
  WHERE created_at > $1 AND state = 'handled' AND lane = $2 ORDER BY id DESC LIMIT $3) lately
"""
ACCOUNTS = """
SELECT mark.app AS key, mark.received_at, coalesce(lately.n, 0)::int AS n
FROM callback_mark mark
LEFT JOIN (SELECT side, app, sum(count) AS n FROM intake_minute WHERE minute > $1 AND what = 'received'
  GROUP BY side, app) lately ON starts_with(mark.app, lately.side || ':' || lately.app || ':')
ORDER BY mark.received_at DESC NULLS LAST, mark.app
"""


class Minute(NamedTuple):
    """What one minute brought: deliveries, and how many of them had come before."""

    at: datetime
    received: int
    repeated: int


class Lane(NamedTuple):
    """One lane: what waits in it since when, and how long the last hour's callbacks took to be handled (seconds)."""

    lane: str
    waiting: int
    oldest_at: datetime | None
    handled: int
    p50_s: float | None
    p99_s: float | None


class Heard(NamedTuple):
    """When an account was last heard of (key: side, receiver and agent), and how often within the hour."""

    key: str
    received_at: datetime | None
    n: int


@dataclass(frozen=True)
class Standing:
    """The whole picture; answers are told by the limit they stayed below (milliseconds), None without any."""

    per_second: float
    minutes: list[Minute]
    received: int
    repeated: int
    not_stored: int
    answer_p50_ms: int | None
    answer_p99_ms: int | None
    lanes: list[Lane]
    accounts: list[Heard]


async def standing() -> Standing:
    """How the intake stands now; counts are a second behind."""
    now = clock.now()
    since = now - HOUR
    totals = {row["what"]: row["n"] for row in await database.fetch(TOTALS, since)}
    answers = [totals.get(what, 0) for what in tallies.WITHIN]
    lately = await database.fetch_value(LAST_SECONDS, now - timedelta(seconds=NOW_S))
    return Standing(
        per_second=lately / NOW_S,
        minutes=_every_minute(now, await database.fetch(MINUTES, since)),
        received=totals.get(tallies.RECEIVED, 0),
        repeated=totals.get(tallies.REPEATED, 0),
        not_stored=totals.get(tallies.NOT_STORED, 0),
        answer_p50_ms=below(answers, 0.5),
        answer_p99_ms=below(answers, 0.99),
        lanes=await _lanes(since),
        accounts=[Heard(**row) for row in await database.fetch(ACCOUNTS, since)],
    )


def below(answers: Sequence[int], share: float) -> int | None:
    """The smallest limit (ms) below which this share of the answers stayed; answers: counts by tallies.BUCKETS_MS."""
    total, seen = sum(answers), 0
    for limit, n in zip(tallies.BUCKETS_MS, answers, strict=True):
        seen += n
        if total and seen >= share * total:
            return limit
    return None


def _every_minute(now: datetime, rows: Sequence[database.Row]) -> list[Minute]:
    known = {row["minute"]: row for row in rows}
    last = now.replace(second=0, microsecond=0)
    minutes = [last - timedelta(minutes=ago) for ago in range(59, -1, -1)]
    found = [(at, known.get(at, {})) for at in minutes]
    return [Minute(at, row.get("received") or 0, row.get("repeated") or 0) for at, row in found]


async def _lanes(since: datetime) -> list[Lane]:
    waiting = {row["lane"]: row for row in await database.fetch(LANES)}
    lanes = []
    for lane in kinds.LANES:
        open_ones = waiting.get(lane, {})
        took = await database.fetch_one(HANDLED, since, lane, SAMPLE) or {"n": 0, "p50": None, "p99": None}
        n, oldest = open_ones.get("waiting", 0), open_ones.get("oldest_at")
        lanes.append(Lane(lane, n, oldest, took["n"], took["p50"], took["p99"]))
    return lanes
