"""Callbacks that name an erased person go whole: each is opened and looked through, because nothing else links them."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import erasing as clients
from community.privacy import erasing
from kernel import database, logs, sealing

BATCH = 2000
BODIES = """
SELECT id, body_sealed, ('x' || left(digest, 15))::bit(60)::bigint AS place FROM callback
WHERE id > $1 ORDER BY id LIMIT $2
"""
DROP = "DELETE FROM callback WHERE id = ANY($1::bigint[])"
_log = logs.get(__name__)


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Delete the callbacks that name one of these clients."""
    known = await clients.platform_ids(client_ids)
    dropped, last = 0, 0
    while rows := await database.fetch(BODIES, last, BATCH):
        last = rows[-1]["id"]
        naming = [row["id"] for row in rows if clients.names_any(_body(row), known)]
        dropped += await database.execute(DROP, naming) if naming else 0
    return {"callback": dropped}


def _body(row: database.Row) -> str:
    try:
        return sealing.unseal(row["body_sealed"], table="callback", column="body_sealed", row=row["place"])
    except sealing.Unreadable:
        # nobody can read it, so it tells nothing about anybody
        _log.warning("callback.unreadable", callback=row["id"])
        return ""


erasing.register("webhooks", erase)
