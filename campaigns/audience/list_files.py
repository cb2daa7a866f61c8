"""Rows of client numbers out of a text or a file: one number a line, or the column that is called 客户号."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from campaigns.audience.lists import MOST_ROWS, Row
from kernel.errors import Refused
from loyalty.assets import reading
from loyalty.assets.mapping import Mapping

HEADER = "客户号"
_BREAKS = re.compile(r"[\n,，;；\t]")


def of_text(text: str) -> list[Row]:
    """The numbers of a pasted text, one a line (or between commas); empty lines are none. Refused: too many."""
    lines = (line.strip() for line in _BREAKS.split(text.replace("\r\n", "\n")))
    return _limited(Row(number, line) for number, line in enumerate(lines, start=1) if line and line != HEADER)


def read(path: Path) -> list[Row]:
    """The rows of a file with a column 客户号. Refused: unreadable, without that column, too many rows."""
    mapping = Mapping(bank="", name="名单", kind="list", columns={"number": HEADER})
    with reading.opened(path, mapping) as table:
        return _limited(Row(row.number, row.by_header.get(HEADER, "")) for row in table.rows)


def _limited(rows: Iterable[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if len(found) == MOST_ROWS:
            raise Refused(f"名单最多 {MOST_ROWS:,} 行，请拆分", code="list.rows")
        found.append(row)
    return found
