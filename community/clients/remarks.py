"""What members call their clients in WeCom: kept sealed, because a remark is often the client's name."""

from __future__ import annotations

from collections.abc import Mapping

from kernel import database, sealing

HELD = "SELECT id, remark_sealed FROM contact WHERE id = ANY($1::bigint[])"
KEEP = """
UPDATE contact c SET remark_sealed = g.sealed
FROM unnest($1::bigint[], $2::bytea[]) AS g(id, sealed) WHERE c.id = g.id
"""


async def keep(remarks: Mapping[int, str]) -> int:
    """Keep the remark of each contact (empty: none); how many differed from what we had."""
    if not remarks:
        return 0
    held = {row["id"]: read(row["id"], row["remark_sealed"]) for row in await database.fetch(HELD, list(remarks))}
    news = {contact_id: text for contact_id, text in remarks.items() if held.get(contact_id, text) != text}
    if news:
        sealed = [_seal(contact_id, text) if text else None for contact_id, text in news.items()]
        await database.execute(KEEP, list(news), sealed)
    return len(news)


def read(contact_id: int, sealed: bytes | None) -> str:
    """The remark of one contact, opened; empty when there is none."""
    return sealing.unseal(sealed, table="contact", column="remark", row=contact_id) if sealed else ""


def _seal(contact_id: int, text: str) -> bytes:
    return sealing.seal(text, table="contact", column="remark", row=contact_id)
