"""Papers go with the client; the results of risk assessments stay under a number that leads to nobody."""

from __future__ import annotations

from collections.abc import Sequence

from community.privacy import erasing
from kernel import database


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Delete what is known of their documents."""
    return {"kyc": await database.execute("DELETE FROM kyc WHERE client_id = ANY($1::bigint[])", list(client_ids))}


erasing.register("community.suitability", erase)
