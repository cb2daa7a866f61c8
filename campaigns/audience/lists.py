"""Lists of clients that somebody brings along: rows of client numbers become members, each other row says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.audience.models import AudienceList, AudienceListRefusal
from community.clients import personal
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit, permissions, scope
from staff.models import Staff

PERMISSION = "segments.edit"
MOST_ROWS = 200_000
LONGEST_NUMBER = 40
CHUNK = 20_000

# in the scope of whoever brings the list: who isn't there and who isn't theirs is told alike
_FIND = """
SELECT i.value, min(c.id) AS client_id FROM identity i JOIN client c ON c.id = i.client_id
WHERE i.kind = 'bank_number' AND i.value = ANY($1::text[]) AND c.merged_into_id IS NULL AND {scope} GROUP BY i.value
"""
_ADD = """
INSERT INTO audience_list_member (list_id, client_id) SELECT $1, id FROM unnest($2::bigint[]) AS one(id)
ON CONFLICT (list_id, client_id) DO NOTHING
"""
_REFUSE = """
INSERT INTO audience_list_refusal (list_id, row_number, code, message)
SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[])
"""
MESSAGES = {
    "row.empty": "没有客户号",
    "row.too_long": "客户号过长，请检查是否填错了列",
    "row.scientific": "客户号被表格软件改成了科学计数法，请把该列设为文本后重新导出",
    "row.duplicate": "与前面某行的客户号重复",
    "row.unknown": "客户号不存在，或不在您的权限范围内",
}


@dataclass(frozen=True)
class Row:
    """A row as it came: its number in the file, and the client number in it."""

    number: int
    client: str


async def lines(by: Staff, *, limit: int = 100) -> list[AudienceList]:
    """The lists in use of this person, or all of them for who sees the whole bank; the newest first."""
    permissions.require(by, PERMISSION)
    found = AudienceList.filter(retired_at__isnull=True)
    if by.reach != "bank":
        found = found.filter(by_id=by.id)
    return await found.prefetch_related("by").order_by("-id").limit(limit)


async def get(list_id: int, by: Staff) -> AudienceList:
    """One list. NotFound: none, or another person's."""
    permissions.require(by, PERMISSION)
    found = await AudienceList.get_or_none(id=list_id).prefetch_related("by")
    if found is None or (by.reach != "bank" and found.by_id != by.id):
        raise NotFound()
    return found


async def refusals(list_id: int, *, limit: int, offset: int = 0) -> list[AudienceListRefusal]:
    """The rows of a list that were not taken, in the order of the file."""
    return await AudienceListRefusal.filter(list_id=list_id).order_by("row_number", "id").offset(offset).limit(limit)


async def take_in(name: str, rows: Sequence[Row], by: Staff) -> AudienceList:
    """Make a list of the clients whom the rows name, and note every other row. Refused: no name, taken, no rows."""
    permissions.require(by, PERMISSION)
    title = name.strip()
    if not title or len(title) > 80:
        raise Refused("请给名单起一个名字，最多 80 个字", code="list.name_missing")
    if not rows or len(rows) > MOST_ROWS:
        raise Refused(f"名单须有 1 到 {MOST_ROWS:,} 行", code="list.rows")
    refused, wanted = _sorted_out(rows)
    async with database.transaction():
        if await AudienceList.filter(name=title).exists():
            raise Refused("已有同名的名单", code="list.name_taken")
        made = await AudienceList.create(name=title, by=by)
        found = await _found(list(wanted), by)
        refused += [(row, "row.unknown") for index, row in wanted.items() if index not in found]
        # two numbers of one client are one member
        await database.execute(_ADD, made.id, sorted(set(found.values())))
        refused.sort()
        numbers, codes = [row for row, _ in refused], [code for _, code in refused]
        await database.execute(_REFUSE, made.id, numbers, codes, [MESSAGES[code] for code in codes])
        made.rows_total, made.rows_refused = len(rows), len(refused)
        made.rows_found = len(rows) - len(refused)
        await made.save(update_fields=["rows_total", "rows_found", "rows_refused"])
        await audit.record(by, "audience_list.taken_in", "audience_list", made.id, rows=len(rows), refused=len(refused))
    return made


async def retire(list_id: int, by: Staff) -> None:
    """Offer a list no longer; its members stay for the campaigns that use it."""
    found = await get(list_id, by)
    async with database.transaction():
        await AudienceList.filter(id=found.id).update(retired_at=clock.now())
        await audit.record(by, "audience_list.retired", "audience_list", found.id)


async def choices(by: Staff) -> list[tuple[str, str]]:
    """The lists that this person may use, as pairs of number and label."""
    return [(str(one.id), f"{one.name}（{one.rows_found:,} 人）") for one in await lines(by)]


def _sorted_out(rows: Sequence[Row]) -> tuple[list[tuple[int, str]], dict[str, int]]:
    """Rows that can't be looked up with why, and the numbers to look up by their blind index: index to row."""
    refused: list[tuple[int, str]] = []
    wanted: dict[str, int] = {}
    for row in rows:
        code = _problem(row.client)
        index = personal.bank_number_index(row.client) if not code else ""
        if code or index in wanted:
            refused.append((row.number, code or "row.duplicate"))
        else:
            wanted[index] = row.number
    return refused, wanted


def _problem(number: str) -> str:
    if not number:
        return "row.empty"
    if len(number) > LONGEST_NUMBER:
        return "row.too_long"
    return "row.scientific" if "E+" in number.upper() else ""


async def _found(indexes: Sequence[str], by: Staff) -> dict[str, int]:
    own = scope.clients(by, alias="c", first=2)
    found: dict[str, int] = {}
    for start in range(0, len(indexes), CHUNK):
        rows = await database.fetch(_FIND.format(scope=own.sql), indexes[start : start + CHUNK], *own.arguments)
        found |= {row["value"]: row["client_id"] for row in rows}
    return found
