"""Client rows of a bank's file on their way in: codes become rows of ours, clients are saved, consent is noted."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import consent, identities, personal, registering, returning
from community.suitability import assessing, kyc
from community.suitability.assessing import Assessed
from community.suitability.kyc import Papers
from kernel import database
from loyalty.assets.mapping import Mapping
from loyalty.assets.reading import Row
from loyalty.assets.validating import ClientRow, Known, Refusal

SOURCE = "bank_file"

TABLES = """
CREATE TEMP TABLE seen_client (number_index text PRIMARY KEY, row_number int) ON COMMIT DROP;
"""

SEE = """
WITH given AS (SELECT * FROM unnest($1::text[], $2::int[]) AS t(number_index, row_number)), noted AS (
    INSERT INTO seen_client SELECT number_index, min(row_number) FROM given GROUP BY 1 ON CONFLICT DO NOTHING
    RETURNING number_index, row_number
)
SELECT g.row_number, COALESCE(n.row_number, s.row_number) AS first_row
FROM given g LEFT JOIN noted n USING (number_index) LEFT JOIN seen_client s USING (number_index)
WHERE COALESCE(n.row_number, s.row_number) <> g.row_number
"""

ERASED = Refusal(
    "row.erased", "这位客户已要求删除个人信息，文件不会重新登记；确需登记的，请个人信息负责人在该删除请求页解除"
)
CONSENTS = "SELECT id, marketing_consent FROM client WHERE id = ANY($1::bigint[])"


async def prepare() -> None:
    """Make the temporary table of client numbers met in this file; inside a transaction, once."""
    await database.execute_script(TABLES)


async def known() -> Known:
    """The branch codes and the logins of active staff that a row may name."""
    branches = await database.fetch("SELECT code FROM branch")
    logins = await database.fetch("SELECT login FROM staff WHERE is_active")
    return Known(frozenset(row["code"] for row in branches), frozenset(row["login"] for row in logins))


async def turned_away(rules: Mapping, rows: Sequence[Row]) -> dict[int, Refusal]:
    """The rows of clients who were erased, before anything else of them is read; by row number."""
    column = rules.columns["number"]
    away = await returning.kept_away(
        returning.BANK_NUMBER, rules.bank, {row.by_header.get(column, "").strip(): None for row in rows}
    )
    return {row.number: ERASED for row in rows if row.by_header.get(column, "").strip() in away}


async def take(bank: str, rows: Sequence[ClientRow]) -> tuple[int, int, dict[int, Refusal]]:
    """Save one chunk of clients: (new or changed, unchanged, refusals by row number)."""
    indexes = [personal.bank_number_index(row.bank_number) for row in rows]
    doubled = await database.fetch(SEE, indexes, [row.number for row in rows])
    refusals = {
        row["row_number"]: Refusal("row.duplicate", f"与第 {row['first_row']} 行客户号重复，请删除其中一行")
        for row in doubled
    }
    first = [row for row in rows if row.number not in refusals]
    bound = {row.bank_number: row.unionid for row in first if row.unionid}
    joined = await identities.bind_bank_numbers(bank, bound)
    saved = await registering.save_many(bank, await _with_places(first), source="bank_file")
    joined += await identities.learn_unionids({saved.ids[number]: unionid for number, unionid in bound.items()})
    changed = max(saved.created + saved.changed, joined)
    changed += await _note_consent({saved.ids[row.bank_number]: row.consent for row in first})
    changed += await _note_papers(first, saved.ids)
    noted, unfit = await _note_assessments(first, saved.ids)
    taken = len(first) - len(unfit)
    return min(changed + noted, taken), max(taken - changed - noted, 0), refusals | unfit


async def _with_places(rows: Sequence[ClientRow]) -> list[registering.ClientRow]:
    branches = {row["code"]: row["id"] for row in await database.fetch("SELECT id, code FROM branch")}
    owners = {row["login"]: row["id"] for row in await database.fetch("SELECT id, login FROM staff WHERE is_active")}
    return [
        registering.ClientRow(
            number=row.bank_number,
            name=row.name,
            phone=row.phone,
            gender=row.gender,
            branch_id=branches.get(row.branch),
            owner_id=owners.get(row.owner),
        )
        for row in rows
    ]


async def _note_assessments(rows: Sequence[ClientRow], ids: dict[str, int]) -> tuple[int, dict[int, Refusal]]:
    """How many are new, and why the others of these rows can't stand; the client itself is kept all the same."""
    given = {
        Assessed(ids[row.bank_number], row.risk_level, row.assessed_at): row.number for row in rows if row.assessed_at
    }
    taken = await assessing.record_many(given, source=SOURCE)
    return taken.saved, {
        given[one]: Refusal(problem, f"客户资料已导入，风险评估未采用：{assessing.PROBLEMS[problem]}")
        for one, problem in taken.problems.items()
    }


async def _note_papers(rows: Sequence[ClientRow], ids: dict[str, int]) -> int:
    said = [
        Papers(ids[row.bank_number], row.kyc_state, row.document_kind, row.document_expires_on)
        for row in rows
        if row.kyc_state or row.document_kind or row.document_expires_on
    ]
    return await kyc.take_in(said)


async def _note_consent(said: dict[int, bool | None]) -> int:
    has_yes = {row["id"]: row["marketing_consent"] for row in await database.fetch(CONSENTS, list(said))}
    yes = [client for client, answer in said.items() if answer is True and not has_yes[client]]
    no = [client for client, answer in said.items() if answer is False and has_yes[client]]
    # a "yes" of the bank's file never overrules a client who has said no here, also not one of this very moment
    return len(await consent.grant(yes, SOURCE, is_yielding=True)) + len(await consent.withdraw(no, SOURCE))
