"""Statement rows on their way in: copied to a temporary table, compared with what is booked, inserted as a set."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from community.clients import personal
from kernel import database, sealing
from kernel.records import reserve_ids
from loyalty.assets.validating import Refusal, StatementRow

TABLES = """
CREATE TEMP TABLE staged_movement (
    row_number int, account_id bigint, client_index text, bank_ref text, booked_on date,
    amount_fen bigint, balance_fen bigint, kind text, is_external boolean, is_made boolean
) ON COMMIT DROP;
CREATE TEMP TABLE made_reference (
    account_id bigint, content text, times int, PRIMARY KEY (account_id, content)
) ON COMMIT DROP;
CREATE TEMP TABLE seen_movement (
    account_id bigint, bank_ref text, row_number int, PRIMARY KEY (account_id, bank_ref)
) ON COMMIT DROP;
"""
COLUMNS = (
    "row_number", "account_id", "client_index", "bank_ref", "booked_on",
    "amount_fen", "balance_fen", "kind", "is_external", "is_made",
)  # fmt: skip

# without references of the bank, rows of the same content (a round trip within a day repeats amount and balance) are
# told apart by which of them it is in the file: the same file, or another with the whole day, gives the same again
TELL_APART = """
WITH placed AS (
    SELECT s.row_number, COALESCE(m.times, 0) + row_number() OVER (
        PARTITION BY s.account_id, s.bank_ref ORDER BY s.row_number
    ) AS place
    FROM staged_movement s LEFT JOIN made_reference m ON m.account_id = s.account_id AND m.content = s.bank_ref
    WHERE s.is_made
), counted AS (
    INSERT INTO made_reference (account_id, content, times)
    SELECT account_id, bank_ref, count(*) FROM staged_movement WHERE is_made GROUP BY 1, 2
    ON CONFLICT (account_id, content) DO UPDATE SET times = made_reference.times + EXCLUDED.times
)
UPDATE staged_movement s SET bank_ref = s.bank_ref || '.' || placed.place
FROM placed WHERE placed.row_number = s.row_number
"""

SEE = """
INSERT INTO seen_movement (account_id, bank_ref, row_number)
SELECT account_id, bank_ref, min(row_number) FROM staged_movement GROUP BY 1, 2 ON CONFLICT DO NOTHING
"""

# looked up row by row: joined, one account's many rows might meet by account alone
JUDGE = """
SELECT s.row_number, seen.row_number AS first_row, m.id IS NOT NULL AS is_booked,
       (m.booked_on, m.amount_fen, m.balance_fen) IS DISTINCT FROM (s.booked_on, s.amount_fen, s.balance_fen) AS differs
FROM staged_movement s
CROSS JOIN LATERAL (
    SELECT row_number FROM seen_movement WHERE account_id = s.account_id AND bank_ref = s.bank_ref LIMIT 1
) seen
LEFT JOIN LATERAL (
    SELECT id, booked_on, amount_fen, balance_fen FROM movement
    WHERE account_id = s.account_id AND bank_ref = s.bank_ref LIMIT 1
) m ON TRUE
WHERE seen.row_number <> s.row_number OR m.id IS NOT NULL
"""

# seq keeps the order of files and of rows within each: run number above, row number below
BOOK = """
WITH booked AS (
    INSERT INTO movement (account_id, bank_ref, booked_on, seq, amount_fen, balance_fen, kind, is_external)
    SELECT s.account_id, s.bank_ref, s.booked_on, ($1::bigint << 32) + s.row_number, s.amount_fen, s.balance_fen,
           s.kind, s.is_external
    FROM staged_movement s JOIN seen_movement seen USING (account_id, bank_ref, row_number)
    ORDER BY s.row_number
    ON CONFLICT (account_id, bank_ref) DO NOTHING
    RETURNING account_id, booked_on
), noted AS (
    INSERT INTO affected_account (account_id, from_day)
    SELECT account_id, min(booked_on) FROM booked GROUP BY 1
    ON CONFLICT (account_id) DO UPDATE SET from_day = LEAST(affected_account.from_day, EXCLUDED.from_day)
)
SELECT count(*) AS rows, min(booked_on) AS first_day, max(booked_on) AS final_day FROM booked
"""

LINK = """
WITH linked AS (
    UPDATE account SET client_id = i.client_id
    FROM (SELECT DISTINCT account_id, client_index FROM staged_movement WHERE client_index <> '') s
    JOIN identity i ON i.kind = 'bank_number' AND i.scope = $1 AND i.value = s.client_index
    WHERE account.id = s.account_id AND account.client_id IS NULL
    RETURNING account.id
)
INSERT INTO affected_account (account_id, from_day)
SELECT linked.id, d.day FROM linked
JOIN LATERAL (SELECT min(day) AS day FROM account_day WHERE account_id = linked.id) d ON d.day IS NOT NULL
ON CONFLICT (account_id) DO UPDATE SET from_day = LEAST(affected_account.from_day, EXCLUDED.from_day)
"""

# what the newest row of an account says; a file without the column says nothing
MATURE = """
UPDATE account SET matures_on = said.day FROM unnest($1::bigint[], $2::date[]) AS said(id, day)
WHERE account.id = said.id AND account.matures_on IS DISTINCT FROM said.day
"""


@dataclass
class ChunkOutcome:
    """What became of a chunk: rows booked now, rows that were there already, refusals by row number, new accounts,
    and the first and last day of what was booked."""

    booked: int
    unchanged: int
    refusals: dict[int, Refusal]
    accounts_new: int
    first_day: date | None
    final_day: date | None


async def prepare() -> None:
    """Make the temporary tables; inside a transaction, once, after `holdings.prepare`."""
    await database.execute_script(TABLES)


async def take(bank: str, run_id: int, rows: Sequence[StatementRow]) -> ChunkOutcome:
    """Book the rows of one chunk; a row that is booked already stays as it is."""
    accounts, accounts_new = await _open_accounts(bank, rows)
    await database.execute("TRUNCATE staged_movement")
    await database.copy_in("staged_movement", COLUMNS, (_record(row, accounts[row.account]) for row in rows))
    # without figures about the temporary table the planner takes a plan for a handful of rows (60 times slower)
    await database.execute("ANALYZE staged_movement")
    # and it would keep the plan of the first chunk, when there was nothing yet to look through
    await database.execute_script("DISCARD PLANS")
    if any(not row.reference for row in rows):
        await database.execute(TELL_APART)
    await database.execute(SEE)
    refusals: dict[int, Refusal] = {}
    unchanged = 0
    for verdict in await database.fetch(JUDGE):
        if verdict["first_row"] != verdict["row_number"]:
            message = f"与第 {verdict['first_row']} 行流水号重复，请删除其中一行"
            refusals[verdict["row_number"]] = Refusal("row.duplicate", message)
        elif verdict["differs"]:
            message = "该流水号已入账且内容不同；已入账的流水不能改，请让银行出冲正流水"
            refusals[verdict["row_number"]] = Refusal("row.conflict", message)
        else:
            unchanged += 1
    booked = await database.fetch_one(BOOK, run_id)
    assert booked is not None
    await database.execute(LINK, bank)
    due = {accounts[row.account]: row.matures_on for row in rows if row.matures_on is not None}
    if due:
        await database.execute(MATURE, list(due), list(due.values()))
    return ChunkOutcome(booked["rows"], unchanged, refusals, accounts_new, booked["first_day"], booked["final_day"])


async def _open_accounts(bank: str, rows: Sequence[StatementRow]) -> tuple[dict[str, int], int]:
    # the first row of an account tells its kind and its first day
    first = {row.account: row for row in reversed(rows)}
    indexes = {sealing.blind_index("account", number): number for number in first}
    known = await database.fetch(
        "SELECT id, number_index FROM account WHERE bank = $1 AND number_index = ANY($2::text[])", bank, list(indexes)
    )
    ids = {indexes.pop(row["number_index"]): int(row["id"]) for row in known}
    made = dict(zip(indexes.values(), await reserve_ids("account", len(indexes)), strict=True))
    records = [
        (
            made[number],
            bank,
            index,
            sealing.seal(number, table="account", column="number_sealed", row=made[number]),
            number[-4:],
            first[number].product,
            first[number].booked_on,
        )
        for index, number in indexes.items()
    ]
    columns = ("id", "bank", "number_index", "number_sealed", "tail", "kind", "opened_on")
    if records:
        await database.copy_in("account", columns, records)
    return ids | made, len(made)


def _record(row: StatementRow, account_id: int) -> tuple[object, ...]:
    client_index = personal.bank_number_index(row.client) if row.client else ""
    return (
        row.number, account_id, client_index, row.reference or _content_of(row),
        row.booked_on, row.amount_fen, row.balance_fen, row.kind, row.is_external, not row.reference,
    )  # fmt: skip


def _content_of(row: StatementRow) -> str:
    # a bank without references: day, amount, the balance after it and the kind; TELL_APART adds which of its like it is
    content = f"{row.booked_on}|{row.amount_fen}|{row.balance_fen}|{row.kind}"
    return "~" + hashlib.sha256(content.encode()).hexdigest()[:30]
