"""What can be exported: each kind says what it accepts, how many rows there are, and produces them one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.errors import NotFound
from staff.models import Staff

Params = dict[str, Any]
Cells = Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """Begins a further sheet of a workbook, with its heads; the rows that follow are its rows."""

    name: str
    heads: Cells


async def _accept(given: Mapping[str, str], _by: Staff) -> Params:
    return dict(given)


async def _is_masked(_params: Params, _by: Staff) -> bool:
    return False


async def _say_nothing(_params: Params, _by: Staff) -> list[tuple[str, str]]:
    return []


@dataclass(frozen=True)
class Exporter:
    """One kind of export, registered by the package that owns the data.

    count: rows that the person would take out. rows: an asynchronous generator of the heads (or a Sheet), then rows;
    both look only within the person's scope. file_name: ends in .xlsx or .csv, which decides the format. accept: what
    came with the question as parameters without personal data; Refused or NotFound for what this person may not have.
    about: label and value of what will be in the file, shown to asker and approver. is_clear: whether names or numbers
    that the person did not have before stand in it in the clear, which always needs a second person's word. holds: what
    is said of personal data where it is not clear. mark_in_heads: the visible mark goes into a last head instead of the
    first line, for files that are mended and read in again.
    """

    kind: str
    label: str
    permission: str
    count: Callable[[Params, Staff], Awaitable[int]]
    rows: Callable[[Params, Staff], AsyncIterator[Cells | Sheet]]
    file_name: Callable[[Params], str]
    accept: Callable[[Mapping[str, str], Staff], Awaitable[Params]] = _accept
    about: Callable[[Params, Staff], Awaitable[list[tuple[str, str]]]] = _say_nothing
    is_clear: Callable[[Params, Staff], Awaitable[bool]] = _is_masked
    holds: str = "不含，已脱敏"
    mark_in_heads: bool = False


_KINDS: dict[str, Exporter] = {}


def register(exporter: Exporter) -> Exporter:
    """Make a kind known to this process."""
    _KINDS[exporter.kind] = exporter
    return exporter


def of(kind: str) -> Exporter:
    """The exporter of a kind. NotFound for an unknown one."""
    if kind not in _KINDS:
        raise NotFound("没有这种导出")
    return _KINDS[kind]


def labels() -> dict[str, str]:
    """All kinds that this process knows, with their names."""
    return {kind: one.label for kind, one in sorted(_KINDS.items())}
