"""Whose copy a file is: a line that everybody can read, and trailing spaces that survive when the line is cut off."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from typing import Any

from kernel import clock
from staff.exports.models import Export

_NUMBER_LIKE = re.compile(r"^[\d\s.,:/+*%()'-]*$")


def new_code() -> str:
    """The secret from which the spaces of one copy are derived."""
    return secrets.token_hex(16)


def line(export: Export, name: str) -> str:
    """The visible mark: who, when, which export, why."""
    at = clock.local(export.created_at)
    return f"导出编号 {export.id} · {name} · {at:%Y-%m-%d %H:%M} · 用途：{export.reason} · 仅限行内使用，请勿转发"


def mark(code: str, cells: Sequence[Any]) -> list[Any]:
    """The row with the copy's spaces: each text cell ends in a space or not, as the code, the text and the row say.

    Whoever keeps some rows and the first column keeps the mark, in whatever order the rows are.
    """
    first = key_of(cells[0]) if cells else ""
    return [f"{cell} " if carries(cell) and bit(code, first, cell) else cell for cell in cells]


def carries(cell: Any) -> bool:
    """Whether a cell can carry a space: words only, because a number with a space is no number any more."""
    return isinstance(cell, str) and not cell.endswith(" ") and not _NUMBER_LIKE.match(cell)


def bit(code: str, first: str, text: str) -> bool:
    """Whether this text has a space in the copy with this code."""
    digest = hashlib.blake2b(f"{first}\x1f{text}".encode(), key=bytes.fromhex(code), digest_size=1).digest()
    return bool(digest[0] & 1)


def key_of(cell: Any) -> str:
    """How a first cell is named in the digest: the same after a spreadsheet has read and written it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
