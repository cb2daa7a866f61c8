"""Marketing consent: a ledger of every yes and no, and the present state on the client row."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import timeline
from kernel import clock, database
from staff.models import Staff

PURPOSE = "marketing"
LEDGER = """
INSERT INTO consent (client_id, purpose, granted, source, text_version, created_at)
SELECT id, $2, $3, $4, $5, $6 FROM unnest($1::bigint[]) AS who(id)
"""
STATE = """
UPDATE client SET marketing_consent = $2, opted_out_at = CASE WHEN $2 THEN NULL ELSE $3::timestamptz END
WHERE id IN (SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
  AND (marketing_consent <> $2 OR (opted_out_at IS NULL) <> $2)
RETURNING id
"""


async def grant(
    client_ids: Sequence[int], source: str, *, by: Staff | None = None, text_version: str = ""
) -> list[int]:
    """They agree to marketing; `source` says how we know (import, form, message). Returns whose state changed."""
    return await _change(client_ids, True, source, by, text_version)


async def withdraw(
    client_ids: Sequence[int], source: str, *, by: Staff | None = None, text_version: str = ""
) -> list[int]:
    """They want no marketing any more: at once and on every channel. Returns whose state changed."""
    return await _change(client_ids, False, source, by, text_version)


async def _change(
    client_ids: Sequence[int], granted: bool, source: str, by: Staff | None, text_version: str
) -> list[int]:
    now = clock.now()
    async with database.transaction():
        rows = await database.fetch(STATE, list(client_ids), granted, now)
        changed = [row["id"] for row in rows]
        if changed:
            await database.execute(LEDGER, changed, PURPOSE, granted, source, text_version, now)
            kind = "consent.granted" if granted else "consent.withdrawn"
            await timeline.record_many(changed, kind, by=by, source=source)
        return changed
