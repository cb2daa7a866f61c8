"""Daily balances: each account's closing balance carried forward to the newest day, and each client's sum.

A balance stays until its feed says otherwise: the accounts of every active feed reach the newest day of any feed, so
that a client with accounts in two of them never seems to lose the one whose file comes later. A feed that has been
silent for ACTIVE_DAYS has ended; its accounts end with its own last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kernel import database

ACTIVE_DAYS = 45
"""How far a feed may lie behind the newest: a monthly file that comes two weeks late still counts."""

# accounts of other feeds are carried too, and one client may have accounts in several
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('loyalty.assets.holdings', 0))"

TABLES = """
CREATE TEMP TABLE affected_account (account_id bigint PRIMARY KEY, from_day date) ON COMMIT DROP;
CREATE TEMP TABLE closed_day (
    account_id bigint, day date, opening_fen bigint, closing_fen bigint, PRIMARY KEY (account_id, day)
) ON COMMIT DROP;
"""

# What closes a day is the row on which no other row of that day builds: its balance is nobody's balance before.
# Where the balances don't tell (a round trip within the day, a gap), the last row of the file closes it; with the
# order "file" ($2 false) always. $1: tolerance in fen, for banks that round the amounts they publish.
# Both ends of every row lie on one line of money per account and day, and a moving window counts what is near: a join
# of rows with rows would take the square of a day's rows. A row as small as the tolerance is near itself.
CLOSE = """
WITH booked AS MATERIALIZED (
    SELECT m.account_id, m.booked_on, m.seq, m.amount_fen, m.balance_fen
    FROM movement m JOIN affected_account t ON t.account_id = m.account_id AND m.booked_on >= t.from_day
), point AS (
    SELECT account_id, booked_on, seq, amount_fen, TRUE AS is_end, balance_fen AS fen FROM booked
    UNION ALL
    SELECT account_id, booked_on, seq, amount_fen, FALSE, balance_fen - amount_fen FROM booked
), near AS (
    SELECT *, count(*) FILTER (WHERE is_end) OVER around AS ends,
           count(*) FILTER (WHERE NOT is_end) OVER around AS begins
    FROM point
    WINDOW around AS (
        PARTITION BY account_id, booked_on ORDER BY fen RANGE BETWEEN $1::bigint PRECEDING AND $1::bigint FOLLOWING
    )
), placed AS (
    SELECT *, $2::boolean
              AND CASE WHEN is_end THEN begins ELSE ends END > (abs(amount_fen) <= $1::bigint)::int AS is_met
    FROM near
)
INSERT INTO closed_day (account_id, day, opening_fen, closing_fen)
SELECT account_id, booked_on, (array_agg(fen ORDER BY is_met, seq) FILTER (WHERE NOT is_end))[1],
       (array_agg(fen ORDER BY is_met, seq DESC) FILTER (WHERE is_end))[1]
FROM placed GROUP BY 1, 2
"""

# the day before the first recomputed one is in account_day, from before or carried forward
BREAKS = """
SELECT count(*) FROM (
    SELECT c.opening_fen, COALESCE(
        lag(c.closing_fen) OVER (PARTITION BY c.account_id ORDER BY c.day),
        (SELECT d.balance_fen FROM account_day d WHERE d.account_id = c.account_id AND d.day = c.day - 1)
    ) AS before_fen
    FROM closed_day c
) x WHERE abs(opening_fen - before_fen) > $1::bigint
"""

FILL = """
INSERT INTO account_day (account_id, day, balance_fen)
SELECT c.account_id, c.day + n, c.closing_fen
FROM (
    SELECT account_id, day, closing_fen,
           COALESCE(lead(day) OVER (PARTITION BY account_id ORDER BY day), $1::date + 1) - day AS days
    FROM closed_day
) c CROSS JOIN LATERAL generate_series(0, c.days - 1) n
ON CONFLICT (account_id, day) DO UPDATE SET balance_fen = EXCLUDED.balance_fen
WHERE account_day.balance_fen <> EXCLUDED.balance_fen
"""

EXTEND = """
WITH extended AS (
    INSERT INTO account_day (account_id, day, balance_fen)
    SELECT a.id, last.day + n, last.balance_fen
    FROM account a
    JOIN LATERAL (
        SELECT day, balance_fen FROM account_day WHERE account_id = a.id ORDER BY day DESC LIMIT 1
    ) last ON last.day < $2::date
    CROSS JOIN LATERAL generate_series(1, $2::date - last.day) n
    WHERE a.bank = ANY($1::text[])
    RETURNING account_id, day
)
INSERT INTO affected_account (account_id, from_day)
SELECT account_id, min(day) FROM extended GROUP BY 1
ON CONFLICT (account_id) DO UPDATE SET from_day = LEAST(affected_account.from_day, EXCLUDED.from_day)
"""

SUM_CLIENTS = """
INSERT INTO client_day (client_id, day, total_fen, deposit_fen)
SELECT a.client_id, d.day, sum(d.balance_fen), COALESCE(sum(d.balance_fen) FILTER (WHERE a.kind = 'deposit'), 0)
FROM (
    SELECT a.client_id, min(t.from_day) AS from_day
    FROM affected_account t JOIN account a ON a.id = t.account_id
    WHERE a.client_id IS NOT NULL GROUP BY 1
) touched
JOIN account a ON a.client_id = touched.client_id
JOIN account_day d ON d.account_id = a.id AND d.day >= touched.from_day
GROUP BY 1, 2
ON CONFLICT (client_id, day) DO UPDATE SET total_fen = EXCLUDED.total_fen, deposit_fen = EXCLUDED.deposit_fen
WHERE (client_day.total_fen, client_day.deposit_fen) <> (EXCLUDED.total_fen, EXCLUDED.deposit_fen)
"""

RESUM_CLIENTS = """
INSERT INTO client_day (client_id, day, total_fen, deposit_fen)
SELECT a.client_id, d.day, sum(d.balance_fen), COALESCE(sum(d.balance_fen) FILTER (WHERE a.kind = 'deposit'), 0)
FROM account a JOIN account_day d ON d.account_id = a.id
WHERE a.client_id = ANY($1::bigint[])
GROUP BY 1, 2
"""


# the runs say it at once; to ask the movements of a million accounts takes seconds
FEEDS = """
SELECT bank, max((figures ->> 'booked_until')::date) AS day FROM import_run
WHERE kind = 'statement' AND state = 'done' AND figures ->> 'booked_until' IS NOT NULL GROUP BY 1
"""
TOUCHED_UNTIL = """
SELECT max(m.booked_on) FROM movement m
JOIN affected_account t ON t.account_id = m.account_id AND m.booked_on >= t.from_day
"""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh touched: accounts, days whose opening isn't the closing before (a gap), the feed's last day."""

    accounts: int
    breaks: int
    last_day: date | None


async def prepare() -> None:
    """Make the temporary tables that collect touched accounts; inside a transaction, once."""
    await database.execute_script(TABLES)


async def refresh(bank: str, *, by_balances: bool, tolerance_fen: int) -> Refreshed:
    """Bring daily balances up to date for the accounts in `affected_account`; others are only carried forward.

    by_balances: find each day's last row by its balances instead of its place in the file. tolerance_fen: how far two
    balances may differ and still be one.
    """
    accounts = int(await database.fetch_value("SELECT count(*) FROM affected_account"))
    if not accounts:
        return Refreshed(0, 0, (await feeds()).get(bank))
    await database.fetch(LOCK)
    # read behind the lock: another bank's file may just have come in
    last_days = await feeds()
    last = max(last_days.get(bank, date.min), await database.fetch_value(TOUCHED_UNTIL) or date.min)
    carried = _active(last_days | {bank: last})
    if bank not in carried:
        carried = {bank: last}
    until = max(carried.values())
    await database.execute(EXTEND, list(carried), until)
    await database.execute("ANALYZE affected_account")
    await database.execute(CLOSE, tolerance_fen, by_balances)
    breaks = int(await database.fetch_value(BREAKS, tolerance_fen))
    await database.execute(FILL, until)
    await database.execute(SUM_CLIENTS)
    return Refreshed(accounts, breaks, last)


async def feeds() -> dict[str, date]:
    """The last day of which each bank's feed speaks."""
    return {row["bank"]: row["day"] for row in await database.fetch(FEEDS)}


async def settled_until() -> date | None:
    """The last day of which every active feed has spoken; later balances may be carried and still change."""
    newest: date | None = await database.fetch_value("SELECT max(day) FROM client_day")
    return min([newest, *_active(await feeds()).values()]) if newest else None


def _active(last_days: dict[str, date]) -> dict[str, date]:
    newest = max(last_days.values(), default=date.min)
    return {bank: day for bank, day in last_days.items() if (newest - day).days <= ACTIVE_DAYS}


async def resum(client_ids: Sequence[int]) -> None:
    """Sum whole histories anew for clients whose accounts came or went; inside a transaction."""
    if client_ids:
        await database.fetch(LOCK)
        await database.execute("DELETE FROM client_day WHERE client_id = ANY($1::bigint[])", list(client_ids))
        await database.execute(RESUM_CLIENTS, list(client_ids))
