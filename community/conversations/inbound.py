"""What clients write, kept sealed, each message once."""

from __future__ import annotations

from datetime import datetime

from kernel import database, records, sealing

KEEP = """
INSERT INTO inbound (id, client_id, channel, msgid, text_sealed, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (msgid) DO NOTHING
"""
NEWEST = "SELECT id, channel, text_sealed, at, answered_by FROM inbound WHERE client_id = $1 ORDER BY at DESC LIMIT $2"


async def keep(client_id: int, channel: str, msgid: str, text: str, at: datetime) -> int | None:
    """Store a message; its id, or None when it is here already."""
    (inbound_id,) = await records.reserve_ids("inbound", 1)
    sealed = sealing.seal(text, table="inbound", column="text_sealed", row=inbound_id) if text else None
    is_new = await database.execute(KEEP, inbound_id, client_id, channel, msgid, sealed, at)
    return inbound_id if is_new else None


async def mark_answered(inbound_id: int, by: str) -> None:
    """Note what answered it: opt_out, opt_in, hand_over, or a person's login."""
    await database.execute("UPDATE inbound SET answered_by = $2 WHERE id = $1", inbound_id, by)


async def newest(client_id: int, limit: int = 20) -> list[tuple[datetime, str, str]]:
    """(at, text, answered by) of a client's newest messages, opened; for staff who may read them."""
    return [
        (row["at"], _open(row["id"], row["text_sealed"]), row["answered_by"])
        for row in await database.fetch(NEWEST, client_id, limit)
    ]


def _open(inbound_id: int, sealed: bytes | None) -> str:
    return sealing.unseal(sealed, table="inbound", column="text_sealed", row=inbound_id) if sealed else ""
