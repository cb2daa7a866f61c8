"""What the bank's KYC feed says of clients' papers: kept as it comes, its changes told on the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from community.clients import merging, timeline
from community.suitability.kyc_rule import STATES
from community.suitability.models import Kyc
from kernel import clock, database

UNLIMITED = date(9999, 12, 31)
DOCUMENT_KINDS = {
    "id_card": "居民身份证",
    "passport": "护照",
    "permit": "港澳台通行证",
    "other": "其他证件",
    "": "证件",
}
LOCK = "SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
KNOWN = "SELECT client_id, state, document_kind, document_expires_on FROM kyc WHERE client_id = ANY($1::bigint[])"
# a renewed document starts its reminders anew; an older feed never overrules a newer one
UPSERT = """
INSERT INTO kyc (client_id, state, document_kind, document_expires_on, as_of_at, created_at)
SELECT given.client_id, given.state, given.kind, given.expires_on, $5, $6
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::date[]) AS given(client_id, state, kind, expires_on)
ON CONFLICT (client_id) DO UPDATE SET state = excluded.state, document_kind = excluded.document_kind,
    document_expires_on = excluded.document_expires_on, as_of_at = excluded.as_of_at,
    reminded_on = CASE WHEN kyc.document_expires_on IS DISTINCT FROM excluded.document_expires_on THEN NULL
        ELSE kyc.reminded_on END
WHERE kyc.as_of_at <= excluded.as_of_at
RETURNING client_id
"""
CONFIRM = "UPDATE kyc SET as_of_at = $2 WHERE client_id = ANY($1::bigint[]) AND as_of_at < $2"
# of two papers that turn out to be one person's the doubtful word stays
UNITE = """
UPDATE kyc k SET state = 'flagged' FROM kyc g WHERE k.client_id = $1 AND g.client_id = $2 AND g.state = 'flagged'
"""
# the day after the last valid one, once per document
EXPIRED = """
UPDATE kyc SET expiry_noted_on = document_expires_on
WHERE id = ANY(ARRAY(
    SELECT id FROM kyc WHERE document_expires_on < $1 AND expiry_noted_on IS DISTINCT FROM document_expires_on
    ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
))
RETURNING client_id
"""
CHUNK = 1000


class Papers(NamedTuple):
    """What the feed says of one client; what it leaves empty stays as it is known.

    state: a key of kyc_rule.STATES. document_kind: a key of DOCUMENT_KINDS. expires_on: UNLIMITED for no end.
    """

    client_id: int
    state: str = ""
    document_kind: str = ""
    expires_on: date | None = None


async def take_in(rows: Iterable[Papers], as_of_at: datetime | None = None) -> int:
    """Keep what the feed says as of a moment (now); returns for how many clients something changed.

    Timeline: kyc.flagged, kyc.cleared, kyc.renewed (a later expiry).
    """
    said = {row.client_id: row for row in rows}
    if wrong := [row for row in said.values() if row.state and row.state not in STATES]:
        raise ValueError(f"unknown KYC state {wrong[0].state!r}")
    ids = sorted(said)
    async with database.transaction():
        await database.fetch(LOCK, ids)
        known = {row["client_id"]: row for row in await database.fetch(KNOWN, ids)}
        latest = {one: _completed(row, known.get(one)) for one, row in said.items()}
        changed = [latest[one] for one in ids if _differs(latest[one], known.get(one))]
        at = as_of_at or clock.now()
        await database.execute(CONFIRM, sorted(set(ids) - {row.client_id for row in changed}), at)
        kept = await database.fetch(
            UPSERT,
            [row.client_id for row in changed],
            [row.state for row in changed],
            [row.document_kind for row in changed],
            [row.expires_on for row in changed],
            at,
            clock.now(),
        )
        taken = {row["client_id"] for row in kept}
        for kind in ("kyc.flagged", "kyc.cleared", "kyc.renewed"):
            told = [row.client_id for row in changed if kind in _news(row, known.get(row.client_id))]
            await timeline.record_many([one for one in told if one in taken], kind)
    return len(taken)


async def note_expired() -> int:
    """Put kyc.expired on the timeline of whose document ran out, once per document; returns how many."""
    noted = 0
    while True:
        async with database.transaction():
            rows = await database.fetch(EXPIRED, clock.today(), CHUNK)
            await timeline.record_many([row["client_id"] for row in rows], "kyc.expired")
        noted += len(rows)
        if len(rows) < CHUNK:
            return noted


async def unite(keep_id: int, gone_id: int) -> None:
    """Two clients are one: a flag on either of them stays."""
    await database.execute(UNITE, keep_id, gone_id)


async def of_client(client_id: int) -> Kyc | None:
    """What is known of a client's papers; None when the feed never named them."""
    return await Kyc.get_or_none(client_id=client_id)


merging.register(unite)


def _completed(row: Papers, known: database.Row | None) -> Papers:
    if known is None:
        return row._replace(state=row.state or "ok")
    return Papers(
        row.client_id,
        row.state or known["state"],
        row.document_kind or known["document_kind"],
        row.expires_on or known["document_expires_on"],
    )


def _differs(row: Papers, known: database.Row | None) -> bool:
    if known is None:
        return True
    before = (known["state"], known["document_kind"], known["document_expires_on"])
    return (row.state, row.document_kind, row.expires_on) != before


def _news(row: Papers, known: database.Row | None) -> list[str]:
    was_flagged = known is not None and known["state"] == "flagged"
    news = []
    if row.state == "flagged" and not was_flagged:
        news.append("kyc.flagged")
    if row.state == "ok" and was_flagged:
        news.append("kyc.cleared")
    before = known["document_expires_on"] if known else None
    if before is not None and row.expires_on is not None and row.expires_on > before:
        news.append("kyc.renewed")
    return news
