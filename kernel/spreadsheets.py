"""Cells as spreadsheets read them: a text that begins like a formula would be run by whoever opens the file."""

from __future__ import annotations

import re
from typing import Any

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


def harmless(value: Any) -> Any:
    """The value; a text that a spreadsheet would run as a formula gets an apostrophe in front, a plain number stays."""
    if isinstance(value, str) and value.startswith(_RISKY) and not _PLAIN_NUMBER.match(value):
        return "'" + value
    return value
