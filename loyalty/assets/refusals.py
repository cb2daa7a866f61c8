"""Rows that were not taken in: kept sealed with their reason, and handed back as a file that can be mended."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence

from kernel import database, sealing
from kernel.errors import NotFound
from kernel.records import reserve_ids
from loyalty.assets.models import ImportRefusal, ImportRun
from loyalty.assets.reading import Row
from loyalty.assets.validating import Refusal

PAGE = 1000
REASON = "未导入原因"
PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
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
            sealing.seal(_line(row.cells), table="import_refusal", column="row_sealed", row=number),
        )
        for number, (row, refusal) in zip(ids, refused, strict=True)
    ]
    await database.copy_in("import_refusal", COLUMNS, records)


async def refusals_csv(run_id: int) -> AsyncIterator[str]:
    """The refused rows as CSV text (with BOM, for spreadsheets), piece by piece: the reason, then the row as it was.

    Cells that a spreadsheet would run as a formula are made text.
    """
    run = await ImportRun.get_or_none(id=run_id)
    if run is None:
        raise NotFound("没有这次导入")
    yield "\ufeff" + _line([REASON, *map(_as_text, run.figures.get("columns", []))]) + "\r\n"
    last = 0
    while page := await ImportRefusal.filter(run_id=run_id, id__gt=last).order_by("id").limit(PAGE):
        last = page[-1].id
        yield "".join(
            _line([f"第 {one.row_number} 行：{one.message}", *map(_as_text, _cells(one))]) + "\r\n" for one in page
        )


def _cells(refusal: ImportRefusal) -> list[str]:
    if not refusal.row_sealed:
        return []
    text = sealing.unseal(bytes(refusal.row_sealed), table="import_refusal", column="row_sealed", row=refusal.id)
    return next(csv.reader(io.StringIO(text)), [])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cell.replace("\x00", "") for cell in cells])
    return out.getvalue()


def _as_text(cell: str) -> str:
    is_risky = cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not PLAIN_NUMBER.match(cell)
    return "'" + cell if is_risky else cell
