"""Storing callbacks: one statement for many, repeated ones only as a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel import clock, sealing
from webhooks.line import Line
from wechat.events import Side

STORE = """
INSERT INTO callback (side, app, digest, kind, lane, body_sealed, copies, created_at)
SELECT side, app, digest, kind, lane, body_sealed, coalesce(copies, 1), $8
FROM unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[], $6::bytea[],
  $7::text::int[])
  AS given(side, app, digest, kind, lane, body_sealed, copies)
ON CONFLICT (side, app, digest) DO UPDATE SET copies = callback.copies + excluded.copies
RETURNING id, side, app, lane, xmax = 0
"""
"""Texts come as arrays that PostgreSQL reads: its client would look at each element of each list for a list in it."""
Stored = tuple[int, str, str, str]
"""A row that is new: its id, side, app and lane."""


@dataclass(slots=True)  # not frozen: that would triple the time of making one
class Received:
    """One verified, opened and understood call that waits to be stored, and what its caller hears afterwards."""

    side: Side
    app: str
    digest: str
    kind: str
    lane: str
    body: bytes = field(repr=False)
    answer: bytes = field(default=b"", repr=False)


async def store(line: Line, calls: Sequence[Received]) -> list[Stored]:
    """Store calls in one transaction; returns the rows that are new."""
    # one statement can't meet the same row twice: copies inside the batch are counted here
    unique = {(call.digest, call.app, call.side): call for call in calls}
    copies = Counter((call.digest, call.app, call.side) for call in calls) if len(unique) < len(calls) else None
    # in one order everywhere, so that two web processes never wait for each other
    keys = sorted(unique)
    ordered = [unique[key] for key in keys]
    digests, apps, sides = zip(*keys, strict=True)
    rows = await line.fetch(
        STORE,
        _array(sides),
        _array(apps),
        _array(digests),
        _array([call.kind for call in ordered]),
        _array([call.lane for call in ordered]),
        sealing.seal_each(
            [call.body for call in ordered], table="callback", column="body_sealed", rows=[row_of(d) for d in digests]
        ),
        _array([str(copies[key]) for key in keys]) if copies else "{}",
        clock.now(),
    )
    return [(number, side, app, lane) for number, side, app, lane, is_new in rows if is_new]


def row_of(digest: str) -> int:
    """The number a body is sealed for: the row's own is not known before the INSERT, its digest is as unique."""
    return int(digest[:15], 16)


def _array(texts: Sequence[str]) -> str:
    # as PostgreSQL writes one; every element in quotes, so that none can be taken for NULL or for two
    joined = "\n".join(texts)
    if "\\" in joined or '"' in joined:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}'
