"""What the send ledger holds of a client: the row stays as proof that a message went out, without whom and what."""

from __future__ import annotations

from collections.abc import Sequence

from community.privacy import erasing
from kernel import clock, database

REASON = "erased"
# a call that is under way ends by itself: its dispatcher finds the row by its number
END = """
UPDATE send SET state = CASE WHEN state IN ('planned', 'leased') THEN 'skipped' ELSE 'failed' END, reason = $2,
  ended_at = $3, lease_owner = '', lease_until = NULL,
  counted_on = CASE WHEN state IN ('planned', 'leased') THEN NULL ELSE counted_on END
WHERE client_id = ANY($1::bigint[]) AND (state IN ('planned', 'leased', 'accepted', 'confirmed', 'unknown')
  OR state = 'requested' AND (lease_until IS NULL OR lease_until < $3))
"""
EMPTY = """
UPDATE send SET recipient = '', body_sealed = NULL, attachments = '[]', welcome_code = '', msgid = '',
  key = 'erased:' || id
WHERE client_id = ANY($1::bigint[])
"""


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """End what is still to be sent to them, and empty every row of theirs."""
    await database.execute(END, list(client_ids), REASON, clock.now())
    return {"send": await database.execute(EMPTY, list(client_ids))}


erasing.register("community.sending", erase)
