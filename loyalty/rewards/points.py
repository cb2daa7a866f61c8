"""Points as double entry: every transaction sums to 0, a balance is the sum of its postings and never runs short."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from community.clients import identities, merging, timeline
from kernel import clock, database, logs
from kernel.errors import NotFound, Refused
from loyalty.rewards.models import PointsCheck
from loyalty.rewards.points_kinds import KINDS, PointsKind
from staff.models import Staff

LARGEST = 10**12
LONGEST_KEY = 80

# the client's row is the only lock: the bank's accounts have no row that every posting would wait for
LOCK = "SELECT balance, is_closed FROM points_balance WHERE client_id = $1 FOR UPDATE"
OPEN = """
INSERT INTO points_balance (client_id) SELECT id FROM client WHERE id = $1 AND merged_into_id IS NULL
ON CONFLICT (client_id) DO NOTHING
"""
POST = """
WITH entry AS (
  INSERT INTO points_transaction (created_at, kind, key, reason, by_id) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (key) DO NOTHING RETURNING id
), leg AS (
  INSERT INTO points_posting (created_at, transaction_id, account, client_id, points, balance_after)
  SELECT $1, entry.id, side.account, $6::bigint, side.points, side.balance_after FROM entry,
    (VALUES ('client', $7::bigint, $9::bigint), ($8::text, -$7::bigint, NULL)) side (account, points, balance_after)
), moved AS (
  UPDATE points_balance SET balance = $9, may_owe = ($10 OR may_owe) AND $9 < 0 FROM entry WHERE client_id = $6
)
SELECT id FROM entry
"""
CLOSE = """
INSERT INTO points_balance (client_id, is_closed) VALUES ($1, TRUE)
ON CONFLICT (client_id) DO UPDATE SET is_closed = TRUE RETURNING balance
"""
EARLIER = """
SELECT t.id, t.kind, p.client_id, p.points, p.balance_after FROM points_transaction t
JOIN points_posting p ON p.transaction_id = t.id AND p.account = 'client' WHERE t.key = $1
"""
HISTORY = """
SELECT t.id, t.created_at AS at, t.kind, t.reason, p.points, p.balance_after, coalesce(s.name, '') AS by_name
FROM points_posting p JOIN points_transaction t ON t.id = p.transaction_id LEFT JOIN staff s ON s.id = t.by_id
WHERE p.client_id = $1 AND p.account = 'client' ORDER BY p.id DESC LIMIT $2
"""
# all counts of one moment: one statement sees one state of the tables
CHECK = """
WITH entry AS (
  SELECT t.id, count(p.id) AS legs, coalesce(sum(p.points), 0) AS total
  FROM points_transaction t LEFT JOIN points_posting p ON p.transaction_id = t.id GROUP BY t.id
), held AS (
  SELECT client_id, sum(points) AS points FROM points_posting WHERE account = 'client' GROUP BY client_id
), compared AS (
  SELECT coalesce(b.client_id, h.client_id) AS client_id, b.client_id IS NULL AS is_missing,
    coalesce(b.balance, 0) AS balance, coalesce(h.points, 0) AS points
  FROM points_balance b FULL JOIN held h ON h.client_id = b.client_id
)
SELECT (SELECT count(*) FROM entry)::bigint AS transactions, (SELECT count(*) FROM held)::bigint AS clients,
  (SELECT count(*) FROM entry WHERE total <> 0 OR legs < 2)::bigint AS unbalanced,
  (SELECT count(*) FROM compared WHERE is_missing OR balance <> points)::bigint AS differing,
  (SELECT coalesce(sum(points), 0) FROM points_posting)::bigint AS total
"""

_log = logs.get(__name__)


class Posted(NamedTuple):
    """A transaction as it stands in the journal: the client's new balance by it, and whether this call wrote it."""

    id: int
    balance: int
    is_new: bool


class Movement(NamedTuple):
    """One line of a client's account."""

    id: int
    at: datetime
    kind: str
    reason: str
    points: int
    balance_after: int
    by_name: str


async def post(kind: str, key: str, client_id: int, points: int, reason: str = "", by: Staff | None = None) -> Posted:
    """Move `points` (whole, signed as the client sees them) once; the same key again: the first transaction.

    Refused: the balance doesn't suffice, or the key was used for something else. NotFound: no such client.
    """
    rule = _checked(kind, key, points)
    async with database.transaction():
        client_id, held = await _lock(client_id)
        after = held + points
        if after < 0 and points < 0 and not rule.may_owe:
            # a repeat of what was posted before must be answered as before, also when the balance has shrunk since
            if earlier := await _earlier(kind, key, client_id, points):
                return earlier
            raise Refused(f"积分不足：现有 {held} 分", code="points.short")
        made = await _write(kind, key, client_id, points, after, reason, by)
        if made is None:
            earlier = await _earlier(kind, key, client_id, points)
            assert earlier is not None
            return earlier
        await timeline.record(client_id, f"points.{kind}", by=by, points=points)
    return Posted(made, after, True)


async def balance(client_id: int) -> int:
    """What the client has now; 0 for who never had any."""
    return int(await database.fetch_value("SELECT balance FROM points_balance WHERE client_id = $1", client_id) or 0)


async def history(client_id: int, limit: int = 20) -> list[Movement]:
    """The newest movements of the client's account."""
    return [Movement(**row) for row in await database.fetch(HISTORY, client_id, limit)]


async def reconcile() -> PointsCheck:
    """Add up the whole journal, compare it with the balances, and keep the outcome for the page."""
    row = await database.fetch_one(CHECK)
    assert row is not None
    if row["unbalanced"] or row["differing"] or row["total"]:
        _log.error("points.off", **row)
    return await PointsCheck.create(**row)


async def unite(keep_id: int, gone_id: int) -> None:
    """When two clients turn out to be one, the balance moves by two postings; the old lines stay where they were."""
    held = await database.fetch_value(CLOSE, gone_id)
    if held:
        out = await _write("moved", f"merge:{gone_id}:out", gone_id, -held, 0, "", None)
        assert out is not None
        await post("moved", f"merge:{gone_id}:in", keep_id, held)


def _checked(kind: str, key: str, points: int) -> PointsKind:
    rule = KINDS[kind]
    if not key or len(key) > LONGEST_KEY:
        raise ValueError("a transaction of points needs a key of at most 80 characters")
    if points == 0 or abs(points) > LARGEST or rule.sign * points < 0:
        raise Refused("积分数不正确", code="points.amount")
    return rule


async def _lock(client_id: int) -> tuple[int, int]:
    row = await database.fetch_one(LOCK, client_id)
    if row is None:
        # a zero row first, else two postings on a new account would not wait for each other
        await database.execute(OPEN, client_id)
        row = await database.fetch_one(LOCK, client_id)
    if row is None or row["is_closed"]:
        survivor = await identities.survivor_of(client_id)
        if survivor == client_id:
            raise NotFound
        return await _lock(survivor)
    return client_id, row["balance"]


async def _write(
    kind: str, key: str, client_id: int, points: int, after: int, reason: str, by: Staff | None
) -> int | None:
    rule = KINDS[kind]
    made: int | None = await database.fetch_value(
        POST,
        *(clock.now(), kind, key, reason[:200], by.id if by else None),
        *(client_id, points, rule.other, after, rule.may_owe),
    )
    return made


async def _earlier(kind: str, key: str, client_id: int, points: int) -> Posted | None:
    row = await database.fetch_one(EARLIER, key)
    if row is None:
        return None
    owner = row["client_id"]
    is_same = client_id in (owner, await identities.survivor_of(owner))
    if not is_same or (row["kind"], row["points"]) != (kind, points):
        raise Refused("这笔积分的编号已用于另一笔交易", code="points.key_taken", status=409)
    return Posted(row["id"], row["balance_after"], False)


merging.register(unite)
