"""Telling clients what they were granted: once each, in the day's hours, by the channel that reaches them."""

from __future__ import annotations

from datetime import timedelta

from community.sending import telling
from community.sending.telling import Message
from kernel import clock, database
from loyalty.rewards import periods
from loyalty.rewards.kinds import registry
from loyalty.rewards.models import Benefit

FROM_HOUR, UNTIL_HOUR = 9, 21
WORTH_TELLING = timedelta(days=30)
SETTLES = timedelta(days=7)
"""Within which time a planned message has gone out or failed."""
TELLINGS = 3
"""After so many messages that failed, no further one is tried."""
BATCH = 500

UNTOLD = """
SELECT id, client_id, benefit_id, period, tellings FROM grant_
WHERE told_at IS NULL AND told_how = '' AND state = 'granted' AND created_at > $1 AND id > $2
  AND (tried_on IS NULL OR tried_on < $3::date)
ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
"""
# how: a channel; empty when nothing reaches the client today; none when there is nothing left to tell
TRIED = """
UPDATE grant_ SET tried_on = $1::date, told_how = t.how,
  told_at = CASE WHEN t.how NOT IN ('', 'none') THEN $2::timestamptz END,
  tellings = tellings + (t.how NOT IN ('', 'none'))::int
FROM unnest($3::bigint[], $4::text[]) AS t(id, how) WHERE grant_.id = t.id
"""
# the key of a grant's first message is grant:ID, of the second grant:ID:2
NOT_TOLD_AFTER_ALL = """
UPDATE grant_ g SET told_at = NULL, told_how = CASE WHEN g.tellings >= $2::int THEN 'none' ELSE '' END
FROM send s
WHERE g.told_at > $1 AND s.state IN ('failed', 'skipped')
  AND s.key = 'grant:' || g.id || CASE WHEN g.tellings > 1 THEN ':' || g.tellings ELSE '' END
"""
GIVE_UP = "UPDATE grant_ SET told_how = 'none' WHERE told_at IS NULL AND told_how = '' AND created_at <= $1"


async def tell_waiting() -> int:
    """Tell every client who was not told yet, or whose message failed; returns how many.

    Whom nothing reaches is tried again once a day for 30 days, then given up.
    """
    if not FROM_HOUR <= clock.local(clock.now()).hour < UNTIL_HOUR:
        return 0
    await database.execute(NOT_TOLD_AFTER_ALL, clock.now() - SETTLES, TELLINGS)
    await database.execute(GIVE_UP, clock.now() - WORTH_TELLING)
    told, last = 0, 0
    while True:
        async with database.transaction():
            rows = await database.fetch(UNTOLD, clock.now() - WORTH_TELLING, last, clock.today(), BATCH)
            if not rows:
                return told
            told += await _tell(rows)
        last = rows[-1]["id"]


async def _tell(rows: list[database.Row]) -> int:
    benefits = {one.id: one for one in await Benefit.filter(id__in={row["benefit_id"] for row in rows})}
    keys = {row["id"]: _key(row) for row in rows if periods.last_day(row["period"]) >= clock.today()}
    channels = await telling.tell_many(
        [
            Message(row["client_id"], _text(benefits[row["benefit_id"]], row["period"]), keys[row["id"]])
            for row in rows
            if row["id"] in keys
        ],
        step="benefit",
    )
    ways = [channels.get(keys[row["id"]], "") if row["id"] in keys else "none" for row in rows]
    await database.execute(TRIED, clock.today(), clock.now(), [row["id"] for row in rows], ways)
    return len(channels)


def _key(row: database.Row) -> str:
    return f"grant:{row['id']}:{row['tellings'] + 1}" if row["tellings"] else f"grant:{row['id']}"


def _text(benefit: Benefit, period: str) -> str:
    until = periods.last_day(period)
    return (
        f"您有一项新权益\n{benefit.name}，{registry.of(benefit).thanks(benefit)}，"
        f"{until.year}年{until.month}月{until.day}日前有效。"
    )
