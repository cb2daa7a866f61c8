"""What we hold of a client's worth: accounts lose number and owner, bookings and points stay, own figures go."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import erasing as clients
from community.privacy import erasing
from kernel import database, sealing

ACCOUNTS = "SELECT id, number_sealed FROM account WHERE client_id = ANY($1::bigint[])"
MOVEMENTS = "UPDATE movement SET bank_ref = 'erased:' || id WHERE account_id = ANY($1::bigint[])"
UNLINK = """
UPDATE account SET client_id = NULL, number_index = 'erased:' || id, number_sealed = '', tail = ''
WHERE id = ANY($1::bigint[])
"""
REFUSALS = "SELECT id, row_sealed FROM import_refusal WHERE row_sealed IS NOT NULL AND id > $1 ORDER BY id LIMIT 2000"
DROP = "UPDATE import_refusal SET row_sealed = NULL WHERE id = ANY($1::bigint[])"
# the postings stay, the books must balance; what people wrote beside them goes
REASONS = """
UPDATE points_transaction SET reason = '' WHERE reason <> ''
  AND id IN (SELECT transaction_id FROM points_posting WHERE client_id = ANY($1::bigint[]))
"""
ORDERS = """
UPDATE grant_order SET reason = '', clients = (
  SELECT coalesce(jsonb_agg(one), '[]')
  FROM jsonb_array_elements(clients) AS one WHERE one::bigint <> ALL($1::bigint[]))
WHERE EXISTS (SELECT FROM jsonb_array_elements(clients) AS one WHERE one::bigint = ANY($1::bigint[]))
"""
CLOSE = "UPDATE points_balance SET is_closed = TRUE WHERE client_id = ANY($1::bigint[])"
GOING = ("client_day", "outflow", "standing", "standing_change")


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Unlink accounts from the person, delete what was worked out about them, drop refused rows that name them."""
    accounts = await database.fetch(ACCOUNTS, list(client_ids))
    numbers = {_number(row) for row in accounts}
    known = await clients.identifiers(client_ids) | numbers
    ids = [row["id"] for row in accounts]
    touched = {
        "movement": await database.execute(MOVEMENTS, ids),
        "account": await database.execute(UNLINK, ids),
        "import_refusal": await _drop_refused_rows(known),
        "grant_order": await database.execute(ORDERS, list(client_ids)),
        "points_transaction": await database.execute(REASONS, list(client_ids)),
        "points_balance": await database.execute(CLOSE, list(client_ids)),
    }
    for table in GOING:
        statement = f"DELETE FROM {table} WHERE client_id = ANY($1::bigint[])"  # noqa: S608  # names of this file
        touched[table] = await database.execute(statement, list(client_ids))
    return touched


async def _drop_refused_rows(known: frozenset[str]) -> int:
    # nothing links a refused row to a client: each is opened once and looked through
    dropped, last = 0, 0
    while rows := await database.fetch(REFUSALS, last):
        last = rows[-1]["id"]
        naming = [row["id"] for row in rows if clients.names_any(_refused(row), known)]
        dropped += await database.execute(DROP, naming) if naming else 0
    return dropped


def _number(row: database.Row) -> str:
    return sealing.unseal(row["number_sealed"], table="account", column="number_sealed", row=row["id"])


def _refused(row: database.Row) -> str:
    return sealing.unseal(row["row_sealed"], table="import_refusal", column="row_sealed", row=row["id"])


erasing.register("loyalty", erase)
