"""Everything that we hold of one client, as the client may see it: found through the database's own references.

A new table that points at clients is in it without being named here; only its labels may be missing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from community.privacy import labels, requests
from kernel import clock, database, numbers, sealing
from kernel.errors import NotFound
from staff import permissions
from staff.exports import exporters
from staff.exports.exporters import Exporter, Params
from staff.models import Staff

KIND = "privacy_pack"
REFERRING = """
SELECT k.conrelid::regclass::text AS table_name, a.attname AS column_name
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND k.confrelid = 'client'::regclass AND array_length(k.conkey, 1) = 1 ORDER BY 1, 2
"""
MOST_ROWS = 20_000
# what hangs on a row of the client's rather than on the client; postings name the client without a reference
BELOW = {
    "movement": "SELECT m.* FROM movement m JOIN account a ON a.id = m.account_id WHERE a.client_id = $1",
    "points_posting": "SELECT created_at, points, balance_after FROM points_posting"
    " WHERE client_id = $1 AND account = 'client'",
}


class Section(NamedTuple):
    """One table: its label, the labels of its columns, and rows of text."""

    table: str
    label: str
    heads: list[str]
    rows: list[list[str]]


async def of(client_id: int) -> list[Section]:
    """All sections that have rows, sealed values opened, blind indexes left out; the caller has checked permission."""
    sealed = {(one.table, one.column): one for one in sealing.columns()}
    found = []
    for table, sql in (await _statements()).items():
        rows = await database.fetch(f"{sql} ORDER BY 1 LIMIT {MOST_ROWS}", client_id)  # tables of the catalogue
        if rows:
            columns = [name for name in rows[0] if not labels.is_technical(table, name)]
            told = [[_text(table, name, row, sealed) for name in columns] for row in rows]
            found.append(Section(table, labels.table(table), [labels.column(name) for name in columns], told))
    return found


async def counts(client_id: int) -> list[tuple[str, int]]:
    """How many rows there are of each section, by its label; opens nothing."""
    found = []
    for table, sql in (await _statements()).items():
        count = f"SELECT count(*) FROM ({sql}) AS held"  # noqa: S608  # tables of the catalogue
        rows = int(await database.fetch_value(count, client_id))
        if rows:
            found.append((labels.table(table), rows))
    return found


async def _statements() -> dict[str, str]:
    found = {"client": "SELECT * FROM client WHERE id = $1"}
    for row in await database.fetch(REFERRING):
        table, column = row["table_name"], row["column_name"]
        # names of the database's own catalogue
        found[table] = f"SELECT * FROM {table} WHERE {column} = $1"  # noqa: S608
    found["privacy_request"] = "SELECT * FROM privacy_request WHERE client_id = $1"
    return found | BELOW


def _text(table: str, name: str, row: Mapping[str, Any], sealed: Mapping[tuple[str, str], sealing.Column]) -> str:
    value = row[name]
    if value is None or value == "":
        return ""
    if (place := sealed.get((table, name))) is not None:
        number = int(row[place.row])
        return sealing.unseal(bytes(value), table=table, column=place.bound_as, row=number)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if name.endswith("_fen"):
        return f"{int(value) / 100:,.2f} 元"
    return str(value)


async def _request_of(params: Mapping[str, Any], by: Staff) -> int:
    client_id: int = (await requests.get(int(params["request"]), by)).client_id
    return client_id


async def _accept(given: Mapping[str, str], by: Staff) -> Params:
    number = numbers.row_id(given.get("request"))
    if number is None:
        raise NotFound()
    request = await requests.get(number, by)
    permissions.require(by, requests.PERMISSION)
    return {"request": request.id}


async def _count(params: Params, by: Staff) -> int:
    return sum(len(one.rows) for one in await of(await _request_of(params, by)))


async def _rows(params: Params, by: Staff) -> AsyncIterator[exporters.Cells | exporters.Sheet]:
    for one in await of(await _request_of(params, by)):
        yield exporters.Sheet(one.label, one.heads)
        for row in one.rows:
            yield row


async def _about(params: Params, by: Staff) -> list[tuple[str, str]]:
    client_id = await _request_of(params, by)
    return [("个人信息请求", str(params["request"])), ("客户编号", str(client_id))]


async def _is_clear(_params: Params, _by: Staff) -> bool:
    return True


exporters.register(
    Exporter(
        KIND,
        "客户个人信息副本",
        requests.PERMISSION,
        count=_count,
        rows=_rows,
        file_name=lambda params: f"personal-information-{params['request']}.xlsx",
        accept=_accept,
        about=_about,
        is_clear=_is_clear,
    )
)
