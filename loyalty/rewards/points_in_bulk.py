"""Points for many clients at once: the same two legs for each as in `points.post`, in three statements."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import timeline
from kernel import clock, database
from kernel.errors import Refused
from loyalty.rewards.points import LARGEST, LONGEST_KEY

OPEN = """
INSERT INTO points_balance (client_id)
SELECT id FROM client WHERE id = ANY($1::bigint[]) AND merged_into_id IS NULL ORDER BY id
ON CONFLICT (client_id) DO NOTHING
"""
# in order of the client, as every other bulk lock: two of them never wait for each other in a ring
LOCK = "SELECT client_id FROM points_balance WHERE client_id = ANY($1::bigint[]) ORDER BY client_id FOR UPDATE"
EARN = """
WITH given AS (
  SELECT one.key, one.client_id,
    b.balance + $3::bigint * row_number() OVER (PARTITION BY one.client_id ORDER BY one.key) AS balance_after
  FROM unnest($1::text[], $2::bigint[]) AS one(key, client_id)
  JOIN points_balance b ON b.client_id = one.client_id AND NOT b.is_closed
  WHERE NOT EXISTS (SELECT FROM points_transaction t WHERE t.key = one.key)
), entry AS (
  INSERT INTO points_transaction (created_at, kind, key, reason)
  SELECT $4, 'earned', key, $5 FROM given ON CONFLICT (key) DO NOTHING RETURNING id, key
), leg AS (
  INSERT INTO points_posting (created_at, transaction_id, account, client_id, points, balance_after)
  SELECT $4, e.id, side.account, g.client_id, side.points, side.balance_after
  FROM entry e JOIN given g ON g.key = e.key
  CROSS JOIN LATERAL (VALUES ('client', $3::bigint, g.balance_after), ('issued', -$3::bigint, NULL))
    side (account, points, balance_after)
), moved AS (
  UPDATE points_balance b SET balance = k.balance, may_owe = b.may_owe AND k.balance < 0
  FROM (SELECT g.client_id, max(g.balance_after) AS balance FROM entry e JOIN given g ON g.key = e.key
    GROUP BY g.client_id) k
  WHERE b.client_id = k.client_id
)
SELECT g.client_id FROM entry e JOIN given g ON g.key = e.key
"""
WRITTEN = """
SELECT p.client_id FROM points_transaction t JOIN points_posting p ON p.transaction_id = t.id AND p.account = 'client'
WHERE t.key = ANY($1::text[])
"""


async def earn(wanted: Sequence[tuple[str, int]], points: int, reason: str) -> set[int]:
    """Give `points` to each (key, client), once per key; returns the clients for whose key an entry stands now.

    Who was united with another or does not exist any more is left out.
    """
    if not 0 < points <= LARGEST or any(not key or len(key) > LONGEST_KEY for key, _ in wanted):
        raise Refused("积分数不正确", code="points.amount")
    keys, clients = [key for key, _ in wanted], [client_id for _, client_id in wanted]
    async with database.transaction():
        await database.execute(OPEN, clients)
        await database.fetch(LOCK, clients)
        rows = await database.fetch(EARN, keys, clients, points, clock.now(), reason[:200])
        made = [row["client_id"] for row in rows]
        await timeline.record_many(made, "points.earned", points=points)
        return {row["client_id"] for row in await database.fetch(WRITTEN, keys)}
