"""Consent: a ledger of every yes and no, the newest word of each kind, and the general one on the client row.

Words of one client follow each other: each is written under the lock of the client row and is later than the one
before, so that "the newest decides" is the order in which they were committed, whatever a clock says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from community.clients import timeline
from community.clients.consent_rule import Word
from kernel import clock, database
from staff.models import Staff

KINDS = {"marketing": "consent", "location": "location"}
"""What a word on a purpose is called on the timeline; sharing, where none is named."""
PURPOSE = "marketing"
SHARING = "sharing"
LOCK = """
SELECT id, merged_into_id FROM client WHERE id = ANY($1::bigint[]) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE
"""
BEFORE = """
SELECT c.id, c.marketing_consent, c.opted_out_at IS NOT NULL AS has_opted_out, s.granted,
  c.opted_out_at IS NOT NULL OR EXISTS (
    SELECT FROM consent_state w WHERE w.client_id = c.id AND w.purpose = $2 AND NOT w.granted) AS has_said_no,
  greatest($6, (SELECT max(w.at) FROM consent_state w WHERE w.client_id = c.id) + interval '1 microsecond') AS at
FROM client c LEFT JOIN consent_state s ON s.client_id = c.id AND s.purpose = $2 AND s.channel = $3
  AND s.product_class = $4 AND s.receiver = $5
WHERE c.id = ANY($1::bigint[]) ORDER BY c.id
"""
LEDGER = """
INSERT INTO consent (client_id, purpose, channel, product_class, receiver, granted, source, text_version, evidence,
  by_staff_id, created_at)
SELECT id, $3, $4, $5, $6, $7, $8, $9, $10, $11, at FROM unnest($1::bigint[], $2::timestamptz[]) AS who(id, at)
"""
STATE = """
INSERT INTO consent_state (client_id, purpose, channel, product_class, receiver, granted, at, created_at)
SELECT id, $3, $4, $5, $6, $7, at, at FROM unnest($1::bigint[], $2::timestamptz[]) AS who(id, at)
ON CONFLICT (client_id, purpose, channel, product_class, receiver)
DO UPDATE SET granted = excluded.granted, at = excluded.at
"""
ROW = """
UPDATE client SET consent_seq = consent_seq + 1,
  marketing_consent = CASE WHEN $2 THEN $3 ELSE marketing_consent END,
  opted_out_at = CASE WHEN NOT $2 THEN opted_out_at WHEN $3 THEN NULL ELSE coalesce(opted_out_at, $4) END
WHERE id = ANY($1::bigint[])
"""
WORDS = """
SELECT c.id AS client_id, '' AS channel, '' AS product_class, c.opted_out_at IS NULL AS granted,
  coalesce(s.at, c.opted_out_at, c.created_at) AS at
FROM client c LEFT JOIN consent_state s ON s.client_id = c.id AND s.purpose = 'marketing' AND s.channel = ''
  AND s.product_class = '' AND s.receiver = ''
WHERE c.id = ANY($1::bigint[]) AND (c.marketing_consent OR c.opted_out_at IS NOT NULL)
UNION ALL
SELECT client_id, channel, product_class, granted, at FROM consent_state
WHERE client_id = ANY($1::bigint[]) AND purpose = 'marketing' AND receiver = ''
  AND (channel <> '' OR product_class <> '')
"""
UNITE = """
INSERT INTO consent_state (client_id, purpose, channel, product_class, receiver, granted, at, created_at)
SELECT $1, purpose, channel, product_class, receiver, granted, at, created_at FROM consent_state WHERE client_id = $2
ON CONFLICT (client_id, purpose, channel, product_class, receiver)
DO UPDATE SET granted = excluded.granted, at = excluded.at WHERE excluded.at > consent_state.at
"""


async def grant(
    client_ids: Sequence[int],
    source: str,
    *,
    channel: str = "",
    product_class: str = "",
    purpose: str = PURPOSE,
    receiver: str = "",
    by: Staff | None = None,
    text_version: str = "",
    evidence: str = "",
    is_yielding: bool = False,
) -> list[int]:
    """They agree; `source` says how we know (import, form, message). Returns whose word of this kind changed.

    channel, product_class: what the word is about, empty for every one. receiver: with whom data may be shared
    (purpose `sharing`). evidence: what shows it (message id, form, file row), never personal data. is_yielding: a yes
    that the client didn't say to us now leaves out whoever has said any no that holds.
    """
    what = (purpose, channel, product_class, receiver)
    return await _say(client_ids, True, what, (source, text_version, evidence), by, is_yielding=is_yielding)


async def withdraw(
    client_ids: Sequence[int],
    source: str,
    *,
    channel: str = "",
    product_class: str = "",
    purpose: str = PURPOSE,
    receiver: str = "",
    by: Staff | None = None,
    text_version: str = "",
    evidence: str = "",
) -> list[int]:
    """They don't want it any more. When this has committed, no call for it begins. Returns whose word changed."""
    what = (purpose, channel, product_class, receiver)
    return await _say(client_ids, False, what, (source, text_version, evidence), by)


async def words_of(client_ids: Sequence[int]) -> dict[int, list[Word]]:
    """The marketing words that hold, by client; the general one is that of the client row."""
    found: dict[int, list[Word]] = {}
    for row in await database.fetch(WORDS, list(client_ids)):
        word = Word(row["granted"], row["at"], row["channel"], row["product_class"])
        found.setdefault(row["client_id"], []).append(word)
    return found


async def unite(keep_id: int, gone_id: int) -> None:
    """At a merge: the newest word of each kind holds for the one who stays; inside the caller's transaction."""
    await database.execute(UNITE, keep_id, gone_id)
    await database.execute("DELETE FROM consent_state WHERE client_id = $1", gone_id)


async def _say(
    client_ids: Sequence[int],
    granted: bool,
    what: tuple[str, str, str, str],
    how: tuple[str, str, str],
    by: Staff | None,
    *,
    is_yielding: bool = False,
) -> list[int]:
    is_general = what == (PURPOSE, "", "", "")
    async with database.transaction():
        ids = await _lock(client_ids)
        if not ids:
            return []
        # read after the lock: what another word has just said for these clients is seen
        rows = await database.fetch(BEFORE, ids, *what, clock.now())
        rows = [row for row in rows if not (is_yielding and row["has_said_no"])]
        ids = [row["id"] for row in rows]
        moments = [row["at"] for row in rows]
        await database.execute(LEDGER, ids, moments, *what, granted, *how, by.id if by is not None else None)
        await database.execute(STATE, ids, moments, *what, granted)
        await database.execute(ROW, ids, is_general, granted, clock.now())
        changed = [row["id"] for row in rows if _said(row, is_general) is not granted]
        await _tell(changed, granted, what, how[0], by)
        return changed


async def _lock(client_ids: Sequence[int]) -> list[int]:
    # who was merged into another a moment ago, or long ago by an old number, speaks as that other one
    standing: set[int] = set()
    asked = set(client_ids)
    while asked:
        rows = await database.fetch(LOCK, sorted(asked))
        standing |= {row["id"] for row in rows if row["merged_into_id"] is None}
        asked = {row["merged_into_id"] for row in rows} - {None} - standing
    return sorted(standing)


def _said(row: database.Row, is_general: bool) -> bool | None:
    if not is_general:
        said: bool | None = row["granted"]
        return said
    if row["has_opted_out"]:
        return False
    return True if row["marketing_consent"] else None


async def _tell(
    client_ids: list[int], granted: bool, what: tuple[str, str, str, str], source: str, by: Staff | None
) -> None:
    purpose, *about = what
    kind = KINDS.get(purpose, "sharing")
    said = {"source": source, **dict(zip(("channel", "product_class", "receiver"), about, strict=True))}
    detail: dict[str, Any] = {key: value for key, value in said.items() if value}
    await timeline.record_many(client_ids, f"{kind}.{'granted' if granted else 'withdrawn'}", by=by, **detail)
