"""What WeChat tells that we have no word for: which kinds, how often, since when, and what one looks like, masked."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

from kernel import clock, database, sealing
from staff import audit
from staff.models import Staff
from webhooks import storing
from wechat import bodies
from wechat.callbacks import BadCallback

KINDS = """
SELECT side, app, kind, count(*)::int AS callbacks, sum(copies)::int AS deliveries, min(created_at) AS first_at,
  max(created_at) AS last_at, max(id) AS newest_id
FROM callback WHERE state = 'unknown' GROUP BY side, app, kind ORDER BY last_at DESC LIMIT $1
"""
SAMPLES = "SELECT id, digest, body_sealed FROM callback WHERE id = ANY($1::bigint[])"
LET_GO = """
UPDATE callback SET state = 'handled', handled_at = $4, problem = 'let go'
WHERE state = 'unknown' AND side = $1 AND app = $2 AND kind = $3
"""
TELLING = frozenset(
    {"MsgType", "Event", "ChangeType", "UpdateDetail", "CreateTime", "AgentID", "Status", "TagType", "InfoType"}
)
"""Elements whose values are words of the platform and numbers of our apps, never of a person."""
NUMBER_LENGTH = 10
DIGIT = re.compile(r"\d")
LINES = 60


class Unknown(NamedTuple):
    """One kind of callback that nobody follows: how many, how often delivered, the newest one as (element, value)."""

    side: str
    app: str
    kind: str
    callbacks: int
    deliveries: int
    first_at: datetime
    last_at: datetime
    sample: tuple[tuple[str, str], ...]


async def listed(limit: int = 100) -> list[Unknown]:
    """The unknown kinds, the latest first."""
    rows = await database.fetch(KINDS, limit)
    samples = await database.fetch(SAMPLES, [row["newest_id"] for row in rows])
    shown = {row["id"]: _sample(row) for row in samples}
    told = Unknown._fields[:-1]
    return [Unknown._make([*(row[name] for name in told), shown.get(row["newest_id"], ())]) for row in rows]


async def let_go(side: str, app: str, kind: str, by: Staff) -> int:
    """Nobody needs these: they count as handled and are kept no longer than others are. Returns how many."""
    async with database.transaction():
        gone = await database.execute(LET_GO, side, app, kind, clock.now())
        await audit.record(by, "callback.let_go", "callback", None, side=side, app=app, kind=kind, count=gone)
    return gone


def masked(fields: Any) -> tuple[tuple[str, str], ...]:
    """Every element of a body as (path, value); values that may be a person's are told by their form only."""
    return tuple(_lines(fields, ""))[:LINES]


def _sample(row: database.Row) -> tuple[tuple[str, str], ...]:
    place = storing.row_of(row["digest"])
    try:
        body = sealing.unseal(row["body_sealed"], table="callback", column="body_sealed", row=place)
        return masked(bodies.read(body.encode()))
    except (sealing.Unreadable, BadCallback):
        return ()


def _lines(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [line for name, inner in value.items() for line in _lines(inner, f"{path}/{name}" if path else name)]
    if isinstance(value, list):
        return [line for inner in value[:3] for line in _lines(inner, path)]
    text = str(value)
    name = path.rpartition("/")[2]
    return [(path[:120], _word(text) if name in TELLING else _form(text))]


def _word(text: str) -> str:
    # a word of the platform has no digits and no Chinese; what is put in its place may have somebody's
    if not text.isascii() or (text.isdecimal() and len(text) > NUMBER_LENGTH):
        return _form(text)
    return text if text.isdecimal() else DIGIT.sub("#", text[:60])


def _form(text: str) -> str:
    if not text:
        return "（空）"
    if text.isascii() and text.isdecimal():
        return f"数字 × {len(text)}"
    return f"字符 × {len(text)}" if text.isascii() else f"文字 × {len(text)}"
