"""Where a pass stands may be an erased person's openid: it is forgotten with them."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import erasing as clients
from community.privacy import erasing
from kernel import database

# a pass under way begins this list anew, and the next incremental one waits for a full one
FORGET = """
UPDATE reconcile_run SET mark = CASE WHEN mark = ANY($1::text[]) THEN '' ELSE mark END,
  cursor = CASE WHEN cursor = ANY($1::text[]) THEN '' ELSE cursor END
WHERE mark = ANY($1::text[]) OR cursor = ANY($1::text[])
"""


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Forget the places of passes that are openids of these people."""
    known = sorted(await clients.platform_ids(client_ids))
    return {"reconcile_run": await database.execute(FORGET, known)}


erasing.register("community.reconciling", erase)
