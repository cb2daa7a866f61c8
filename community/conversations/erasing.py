"""What clients wrote goes whole when they are erased."""

from __future__ import annotations

from collections.abc import Sequence

from community.privacy import erasing
from kernel import database


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Delete their messages."""
    gone = await database.execute("DELETE FROM inbound WHERE client_id = ANY($1::bigint[])", list(client_ids))
    return {"inbound": gone}


erasing.register("community.conversations", erase)
