"""Which export a file came from: by its visible line, and by its trailing spaces when the line was cut off."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kernel import database
from kernel.errors import Refused
from staff.exports import watermarks

MOST_CELLS = 4_000
LEAST_CELLS = 24
# five standard deviations: one file in three million would be taken for another's by chance
CERTAIN = 5.0
_LINE = re.compile(r"导出编号 (\d+) · ")
_COPIES = """
SELECT e.id, e.watermark, e.created_at, e.reason, e.kind, s.name FROM export e JOIN staff s ON s.id = e.asked_by_id
WHERE e.watermark <> '' AND e.id > $1 ORDER BY e.id LIMIT 1000
"""


class Copy(NamedTuple):
    """The export behind a file. by_line: the visible line names it. score: standard deviations above chance."""

    export_id: int
    name: str
    kind: str
    reason: str
    created_at: Any
    by_line: bool
    score: float


class Traced(NamedTuple):
    """What a file tells: the export that its spaces point to, the number in its visible line, cells that were read."""

    copy: Copy | None
    line_id: int | None
    cells: int


class _Cell(NamedTuple):
    first: str
    text: str
    has_space: bool


async def trace(path: Path) -> Traced:
    """Look at a CSV or XLSX file. Refused: not one of these."""
    rows = list(_rows(path))
    line_id = _visible(rows)
    cells = _cells(rows)
    best: Copy | None = None
    last = 0
    while copies := await database.fetch(_COPIES, last):
        last = copies[-1]["id"]
        for row in copies:
            score = _score(row["watermark"], cells)
            if score >= CERTAIN and (best is None or score > best.score):
                best = _copy(row, row["id"] == line_id, score)
            elif best is None and row["id"] == line_id and len(cells) < LEAST_CELLS:
                best = _copy(row, True, score)
    return Traced(best, line_id, len(cells))


def _copy(row: database.Row, by_line: bool, score: float) -> Copy:
    return Copy(row["id"], row["name"], row["kind"], row["reason"], row["created_at"], by_line, score)


def _score(code: str, cells: Sequence[_Cell]) -> float:
    if len(cells) < LEAST_CELLS:
        return 0.0
    right = sum(watermarks.bit(code, cell.first, cell.text) == cell.has_space for cell in cells)
    return (right - len(cells) / 2) / math.sqrt(len(cells) / 4)


def _visible(rows: Sequence[Sequence[Any]]) -> int | None:
    for row in rows[:5]:
        for cell in row:
            if isinstance(cell, str) and (found := _LINE.search(cell)):
                return int(found[1])
    return None


def _cells(rows: Sequence[Sequence[Any]]) -> list[_Cell]:
    # the same words in the same row count once: a thousand copies of one cell prove no more than one
    found: dict[tuple[str, str], _Cell] = {}
    for row in rows:
        first = watermarks.key_of(row[0]) if row else ""
        for cell in row:
            if isinstance(cell, str) and (text := cell.removesuffix(" ")) and watermarks.carries(text):
                found.setdefault((first, text), _Cell(first, text, cell.endswith(" ")))
        if len(found) >= MOST_CELLS:
            break
    return list(found.values())


def _rows(path: Path) -> Iterator[Sequence[Any]]:
    if zipfile.is_zipfile(path):
        yield from _sheets(path)
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("gb18030", errors="replace")
    except OSError as error:
        raise Refused("读不了这个文件", code="trace.unreadable") from error
    try:
        yield from csv.reader(io.StringIO(text))
    except csv.Error as error:
        raise Refused("这不是 CSV，也不是可以读取的工作簿", code="trace.unreadable") from error


def _sheets(path: Path) -> Iterator[Sequence[Any]]:
    import openpyxl

    # by its content: a file that was found may be called anything
    with path.open("rb") as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True)
        except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:
            raise Refused("这不是可以读取的工作簿", code="trace.unreadable") from error
        try:
            for sheet in book.worksheets:
                # the size that a file claims for itself may be wrong
                sheet.reset_dimensions()
                yield from sheet.iter_rows(values_only=True)
        finally:
            book.close()
