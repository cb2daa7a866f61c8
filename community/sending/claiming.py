"""Claim due sends with a lease and let the gate judge them, all in one transaction: no slot is ever taken twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from community.sending import facts, gate, halting, leases
from community.sending.leases import Leased
from community.sending.models import CHANNELS
from kernel import clock, database
from kernel.database import transaction

Lane = Literal["urgent", "campaigns"]
# picked once: a limited sub-select that the planner asks again for each row takes more than its limit
CLAIM = f"""
WITH picked AS MATERIALIZED (
  SELECT s.id AS picked_id, coalesce(t.epoch, 0) AS epoch FROM send s LEFT JOIN stream t ON t.id = s.stream_id
  WHERE s.state = 'planned' AND s.due_at <= $3 AND s.channel = $4 AND {{which}}
    AND NOT EXISTS (SELECT FROM stop WHERE released_at IS NULL AND what = ANY($6::text[]))
  ORDER BY s.due_at, s.id LIMIT $5 FOR UPDATE OF s SKIP LOCKED
)
UPDATE send SET state = 'leased', lease_owner = $1, lease_until = $2, reason = ''
FROM picked WHERE id = picked_id RETURNING {leases.COLUMNS}, epoch
"""  # noqa: S608  # only constants of this file are filled in
HEAD = """
SELECT s.sender_userid, s.step, s.app FROM send s LEFT JOIN stream t ON t.id = s.stream_id
WHERE s.state = 'planned' AND s.due_at <= $1 AND s.channel = $2 AND {which}
ORDER BY s.due_at, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED
"""
FIRST = """
SELECT FROM send s WHERE s.state = 'planned' AND s.channel = one.channel AND s.due_at <= $2 AND {which}
ORDER BY s.due_at LIMIT 1
"""
# asked outside of the walk through the sends: a stopped channel with a million of them costs no more than an empty one
STOPPED = """
EXISTS (SELECT FROM stop h WHERE h.released_at IS NULL AND h.what IN ('all', 'channel:' || one.channel, {stream}))
"""
# the first in order, not EXISTS: one step into the index per channel, however many sends wait
DUE = f"""
SELECT one.channel FROM (
  SELECT * FROM unnest($1::text[]) WITH ORDINALITY AS one(channel, place) WHERE NOT {STOPPED.format(stream="{stopped}")}
  OFFSET 0
) one CROSS JOIN LATERAL ({FIRST}) hit
ORDER BY one.place
"""  # noqa: S608  # only constants of this file are filled in
STREAMS = f"""
SELECT DISTINCT one.id FROM (
  SELECT t.id, one.channel FROM stream t CROSS JOIN unnest($1::text[]) AS one(channel)
  WHERE t.is_open AND NOT {STOPPED.format(stream="'stream:' || t.id")} OFFSET 0
) one CROSS JOIN LATERAL ({FIRST.format(which="s.stream_id = one.id")}) hit
ORDER BY one.id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim took: `taken` rows in all, of which the gate let `rows` through."""

    taken: int
    rows: list[Leased]


async def due_streams() -> list[int]:
    """Open streams that have something due."""
    return [row["id"] for row in await database.fetch(STREAMS, list(CHANNELS), clock.now())]


async def due_channels(stream_id: int | None) -> list[str]:
    """Channels with something due in an open stream, or outside of streams; welcomes first, they can't wait."""
    in_order = sorted(CHANNELS, key=lambda channel: channel != "wecom_welcome")
    if stream_id is None:
        which, stopped, more = "s.stream_id IS NULL", "NULL", []
    else:
        stopped = "'stream:' || $3::bigint"
        which, more = "s.stream_id = $3 AND EXISTS (SELECT FROM stream t WHERE t.id = $3 AND t.is_open)", [stream_id]
    statement = DUE.format(which=which, stopped=stopped)
    return [row["channel"] for row in await database.fetch(statement, in_order, clock.now(), *more)]


async def claim(owner: str, limit: int, *, channel: str, stream_id: int | None) -> Claim:
    """Claim up to `limit` due sends of a channel, of one stream or outside of streams (None), the oldest first."""
    which, more = _which(stream_id, at=7)
    return await _claim(which, owner, channel, limit, halting.names(channel, stream_id), *more)


async def claim_job(owner: str, limit: int, *, channel: str, stream_id: int | None) -> Claim:
    """Claim up to `limit` due sends that one member can confirm as one job: those of the oldest's sender and step."""
    async with transaction():
        which, more = _which(stream_id, at=3)
        head = await database.fetch_one(HEAD.format(which=which), clock.now(), channel, *more)
        if head is None:
            return Claim(0, [])
        which, more = _which(stream_id, at=10)
        same, stopping = (
            f"{which} AND s.sender_userid = $7 AND s.step = $8 AND s.app = $9",
            halting.names(channel, stream_id),
        )
        return await _claim(
            same, owner, channel, limit, stopping, head["sender_userid"], head["step"], head["app"], *more
        )


async def _claim(which: str, owner: str, channel: str, limit: int, *more: object) -> Claim:
    async with transaction():
        now = clock.now()
        statement = CLAIM.format(which=which)
        found = await database.fetch(statement, owner, now + leases.LEASE, now, channel, limit, *more)
        rows = [leases.read(row) for row in found]
        return Claim(len(rows), await _judge(rows) if rows else [])


def _which(stream_id: int | None, *, at: int) -> tuple[str, list[int]]:
    if stream_id is None:
        return "s.stream_id IS NULL", []
    return f"s.stream_id = ${at} AND t.is_open", [stream_id]


async def _judge(rows: list[Leased]) -> list[Leased]:
    chunk = await facts.of_chunk(rows)
    allowed: list[Leased] = []
    denied: list[tuple[Leased, gate.Deny]] = []
    for row in sorted(rows, key=lambda one: one.id):
        verdict = gate.may_send(chunk.of(row))
        if isinstance(verdict, gate.Deny):
            denied.append((row, verdict))
        else:
            allowed.append(replace(row, consent_seq=chunk.consent_seq(row)))
            chunk.count(row)
    await _reserve(chunk, allowed)
    await _skip([(row, deny) for row, deny in denied if deny.until is None])
    await _move([(row, deny) for row, deny in denied if deny.until is not None])
    return allowed


async def _reserve(chunk: facts.Chunk, rows: Sequence[Leased]) -> None:
    counted = [row.id for row in rows if facts.counts_against_caps(row)]
    if counted:
        await database.execute("UPDATE send SET counted_on = $2 WHERE id = ANY($1::bigint[])", counted, clock.today())
    windows = Counter(chunk.fans[row.app, row.recipient]["id"] for row in rows if row.channel == "oa_service")
    if windows:
        await database.execute(
            "UPDATE fan SET window_left = window_left - taken.n FROM unnest($1::bigint[], $2::int[]) AS taken(id, n)"
            " WHERE fan.id = taken.id",
            list(windows),
            list(windows.values()),
        )


async def _skip(denied: Sequence[tuple[Leased, gate.Deny]]) -> None:
    if denied:
        await database.execute(
            "UPDATE send SET state = 'skipped', reason = said.reason, ended_at = $3, lease_owner = '',"
            " lease_until = NULL FROM unnest($1::bigint[], $2::text[]) AS said(id, reason) WHERE send.id = said.id",
            [row.id for row, _ in denied],
            [deny.reasons[0] for _, deny in denied],
            clock.now(),
        )


async def _move(denied: Sequence[tuple[Leased, gate.Deny]]) -> None:
    if denied:
        await database.execute(
            "UPDATE send SET state = 'planned', reason = said.reason, due_at = said.due_at, lease_owner = '',"
            " lease_until = NULL FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS said(id, reason, due_at)"
            " WHERE send.id = said.id",
            [row.id for row, _ in denied],
            [deny.reasons[0] for _, deny in denied],
            [deny.until for _, deny in denied],
        )
