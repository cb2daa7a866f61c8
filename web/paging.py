"""Long lists in pages: numbers from the query, limits for the database, links that keep every filter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

SIZE = 25
LAST_NUMBER = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `total` rows, `size` per page, `number` from 1. has_more: there are more than `total`."""

    number: int
    size: int
    total: int
    path: str
    filters: tuple[tuple[str, str], ...]
    has_more: bool = False

    @property
    def offset(self) -> int:
        """Rows to skip."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """Number of the last page."""
        return max(1, math.ceil(self.total / self.size))

    @property
    def first_row(self) -> int:
        """Ordinal of the first row shown; 0 when there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """Ordinal of the last row shown."""
        return min(self.total, self.offset + self.size)

    def link(self, number: int) -> str:
        """Address of another page with the same filters."""
        return f"{self.path}?{urlencode([*self.filters, ('page', str(number))])}"


def read(request: Request, total: int, *, size: int = SIZE, most: int | None = None) -> Page:
    """The page asked for in the query, held between the first and the last; `most`: what is counted at all."""
    counted = total if most is None else min(total, most)
    last = max(1, math.ceil(counted / size))
    kept = tuple((key, value) for key, value in request.query_params.multi_items() if key != "page" and value)
    return Page(min(asked_number(request), last), size, counted, request.url.path, kept, counted < total)


def asked_number(request: Request) -> int:
    """The page number in the query as it stands, 1 when there is none; for lists that count while they fetch."""
    given = request.query_params.get("page", "1")
    number = int(given) if given.isdigit() and given.isascii() and len(given) < 7 else 1
    return min(max(number, 1), LAST_NUMBER)
