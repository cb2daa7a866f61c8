"""Rows that were not taken in: kept sealed with their reason, and handed back as a file that can be mended."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

from kernel import database, sealing
from kernel.records import reserve_ids
from loyalty.assets.models import ImportRefusal, ImportRun
from loyalty.assets.reading import Row
from loyalty.assets.validating import Refusal

PAGE = 1000
KEPT_EMPTY = frozenset({"row.erased"})
"""Of these nothing of the row is kept: whoever was erased must not come to rest here."""
REASON = "未导入原因"
COLUMNS = ("id", "run_id", "row_number", "column", "code", "message", "row_sealed")


async def keep(run_id: int, refused: Sequence[tuple[Row, Refusal]]) -> None:
    """Keep refused rows of a run; inside a transaction."""
    if not refused:
        return
    ids = await reserve_ids("import_refusal", len(refused))
    records = [
        (
            number,
            run_id,
            row.number,
            refusal.column[:64],
            refusal.code,
            refusal.message[:300],
            _sealed(number, row) if refusal.code not in KEPT_EMPTY else None,
        )
        for number, (row, refusal) in zip(ids, refused, strict=True)
    ]
    await database.copy_in("import_refusal", COLUMNS, records)


async def rows(run: ImportRun) -> AsyncIterator[Sequence[str]]:
    """The heads, then the refused rows as they were, each with its reason in front; in bounded memory."""
    yield [REASON, *run.figures.get("columns", [])]
    last = 0
    while page := await ImportRefusal.filter(run_id=run.id, id__gt=last).order_by("id").limit(PAGE):
        last = page[-1].id
        for one in page:
            yield [f"第 {one.row_number} 行：{one.message}", *_cells(one)]


def _sealed(number: int, row: Row) -> bytes:
    return sealing.seal(_line(row.cells), table="import_refusal", column="row_sealed", row=number)


def _cells(refusal: ImportRefusal) -> list[str]:
    if not refusal.row_sealed:
        return []
    text = sealing.unseal(bytes(refusal.row_sealed), table="import_refusal", column="row_sealed", row=refusal.id)
    return next(csv.reader(io.StringIO(text)), [])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cell.replace("\x00", "") for cell in cells])
    return out.getvalue()
