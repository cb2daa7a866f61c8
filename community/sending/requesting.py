"""The last check and the written intent, in one statement: a call is made only for what it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from community.sending import leases, routing
from community.sending.leases import Leased
from kernel import clock, database, sealing

REQUEST = """
WITH flowing AS MATERIALIZED (
  SELECT id FROM stream WHERE is_open AND (id, epoch) IN (SELECT * FROM unnest($5::bigint[], $6::int[])) FOR SHARE
), stopped AS MATERIALIZED (
  SELECT what FROM stop WHERE released_at IS NULL FOR SHARE
), unchanged AS MATERIALIZED (
  SELECT c.id FROM client c JOIN unnest($9::bigint[], $10::int[]) AS seen(id, seq) ON seen.id = c.id
  WHERE c.consent_seq = seen.seq ORDER BY c.id FOR SHARE OF c
)
UPDATE send SET state = 'requested', requested_at = $3, lease_until = $4, attempts = attempts + 1, batch_id = $7,
  body_sealed = given.body
FROM unnest($1::bigint[], $8::bytea[]) AS given(id, body)
WHERE send.id = given.id AND state || '' = 'leased' AND lease_owner = $2
  AND (stream_id IS NULL OR stream_id IN (SELECT id FROM flowing))
  AND (expires_at IS NULL OR expires_at > $3)
  AND (purpose = 'service' OR client_id IS NULL OR client_id IN (SELECT id FROM unchanged))
  AND NOT EXISTS (SELECT FROM channel_hold h
    WHERE h.channel = send.channel AND h.ended_at IS NULL AND (h.until_at IS NULL OR h.until_at > $3)
      AND (h.app IN ('', send.app) OR send.app = '' AND h.app = ANY($11::text[])))
  AND NOT EXISTS (SELECT FROM stopped
    WHERE what IN ('all', 'channel:' || send.channel, 'stream:' || send.stream_id))
RETURNING send.id
"""
# FOR SHARE: whoever closes a stream waits until this has committed, and then knows what is still on its way.
# The same with whoever says a word on consent: it was written before, and then the client's number has grown and the
# gate must look again, or it waits, and then knows what was requested. So nothing is requested after a withdrawal.
# An emergency stop locks the whole table of stops, which FOR SHARE holds even where no row is found: it waits for this.
# state || '': after a large plan the statistics know no leased rows, and an index on the state would be walked for
# each of the given ids; the rows are to be found by their id


async def request(
    owner: str, rows: Sequence[Leased], texts: Mapping[int, str], *, batch_id: int | None = None
) -> list[Leased]:
    """Write `requested` for the rows that may still go out and return them; the others are put back."""
    now = clock.now()
    streams = sorted({(row.stream_id, row.epoch) for row in rows if row.stream_id is not None})
    judged = sorted({(row.client_id, row.consent_seq) for row in rows if row.client_id and row.purpose != "service"})
    found = await database.fetch(
        REQUEST,
        [row.id for row in rows],
        owner,
        now,
        now + leases.LEASE,
        [stream for stream, _ in streams],
        [epoch for _, epoch in streams],
        batch_id,
        [row.body_sealed or _seal(row, texts[row.id]) for row in rows],
        [client_id for client_id, _ in judged],
        [seq for _, seq in judged],
        routing.defaults(),
    )
    going = {row["id"] for row in found}
    if len(going) < len(rows):
        await give_back(owner, [row.id for row in rows if row.id not in going])
    return [row for row in rows if row.id in going]


async def fail_without_text(owner: str, rows: Sequence[Leased]) -> None:
    """End the sends of which nobody knows the text."""
    if rows:
        await database.execute(
            "UPDATE send SET state = 'failed', reason = 'no_text', ended_at = $3, counted_on = NULL, lease_until = NULL"
            " WHERE id = ANY($1::bigint[]) AND lease_owner = $2 AND state = 'leased'",
            [row.id for row in rows],
            owner,
            clock.now(),
        )


async def give_back(owner: str, ids: Sequence[int]) -> None:
    """Make planned again what `owner` had only claimed."""
    await leases.put_back("id = ANY($2::bigint[]) AND lease_owner = $3 AND state = 'leased'", list(ids), owner)


def _seal(row: Leased, text: str) -> bytes:
    return sealing.seal(text, table="send", column="body_sealed", row=row.id)
