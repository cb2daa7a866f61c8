"""Changing the data key online: a new epoch is announced, becomes current, and every value is sealed anew in batches.

Values stay readable throughout, because every epoch opens until it is destroyed. A killed process loses at most one
batch: how far each column is lies in the same transaction as the values. The last look counts what is left.
"""

from __future__ import annotations

import asyncio
import time

from kernel import crashpoints, database, key_sources, keyring, resealing, sealing, wrapping
from kernel.errors import NotFound, Refused
from kernel.models import DataKey, KeyRotation, KeyRotationColumn

NOTICE = "10 seconds"
"""Between a new key's announcement and its first use: processes have met it by then (an unknown one is read anyway)."""
SETTLED = "90 seconds"
"""After its retirement nobody seals with a key any more: longer than keyring.STALE_S."""

PROMOTE = f"""
WITH due AS (
  SELECT epoch FROM data_key
  WHERE epoch = $1 AND state = 'announced' AND announced_at < clock_timestamp() - interval '{NOTICE}'
)
UPDATE data_key SET
  state = CASE WHEN epoch = $1 THEN 'current' ELSE 'retired' END,
  current_at = CASE WHEN epoch = $1 THEN clock_timestamp() ELSE current_at END,
  retired_at = CASE WHEN epoch = $1 THEN NULL ELSE clock_timestamp() END
WHERE (epoch = $1 OR state = 'current') AND EXISTS (SELECT FROM due)
"""  # noqa: S608  # constants of this page
# a transaction that began before may still bring a value that was sealed with the old key
IS_SETTLED = f"""
SELECT max(retired_at) < clock_timestamp() - interval '{SETTLED}' AND NOT EXISTS (
  SELECT FROM pg_stat_activity a WHERE a.datname = current_database() AND a.backend_type = 'client backend'
    AND a.pid <> pg_backend_pid() AND a.xact_start < max(retired_at) + interval '{SETTLED}')
FROM data_key WHERE state = 'retired'
"""  # noqa: S608  # constants of this page
NEXT = """
SELECT id, table_name, column_name, cursor FROM key_rotation_column
WHERE rotation_id = $1 AND NOT is_through ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
IS_RUNNING = "SELECT state = 'running' FROM key_rotation WHERE id = $1 FOR SHARE"
MOVE_ON = """
UPDATE key_rotation_column SET cursor = COALESCE($2, cursor), seen = seen + $3, done = done + $4,
  broken = broken + $5, is_through = $2::bigint IS NULL
WHERE id = $1
"""
AGAIN = """
UPDATE key_rotation_column SET remaining = $2::bigint, is_through = ($2::bigint = 0 OR $2::bigint = broken),
  cursor = 0, seen = CASE WHEN $2::bigint = 0 OR $2::bigint = broken THEN seen ELSE 0 END,
  broken = CASE WHEN $2::bigint = 0 OR $2::bigint = broken THEN broken ELSE 0 END
WHERE id = $1
"""


async def begin(by_id: int | None) -> KeyRotation:
    """Announce a new key and note what has to be sealed anew. Refused while a rotation is under way."""
    source = key_sources.chosen()
    async with database.transaction():
        await database.execute("SELECT pg_advisory_xact_lock($1)", wrapping.LOCK)
        if await KeyRotation.exclude(state="done").exists():
            raise Refused("密钥轮换正在进行，完成后才能再次轮换", code="keys.rotating")
        epoch = 1 + int(await database.fetch_value("SELECT max(epoch) FROM data_key"))
        wrapped = await asyncio.to_thread(wrapping.fresh, source, epoch)
        now = await database.fetch_value("SELECT clock_timestamp()")
        await DataKey.create(epoch=epoch, wrapped=wrapped, announced_at=now, by_id=by_id, source=source.name)
        rotation = await KeyRotation.create(epoch=epoch, state="running", by_id=by_id, started_at=now)
        for column in sealing.columns():
            await KeyRotationColumn.create(
                rotation=rotation,
                table_name=column.table,
                column_name=column.column,
                total=await resealing.rows_of(column),
            )
        return rotation


async def pause(rotation_id: int) -> None:
    """Stop after the batches under way; everything stays readable."""
    await _change(rotation_id, "running", "paused")


async def resume(rotation_id: int) -> None:
    """Go on where it stopped."""
    await _change(rotation_id, "paused", "running")


async def work(seconds: float) -> bool:
    """Work on the rotation under way for about so long; True when there is more to do now. Safe in several workers."""
    rotation = await KeyRotation.get_or_none(state="running")
    if rotation is None or not await _is_in_use(rotation):
        return False
    if keyring.known().current != rotation.epoch:
        await keyring.reread()
    until = time.monotonic() + seconds
    while await _batch(rotation):
        if time.monotonic() > until:
            return True
    return await _close(rotation)


async def _is_in_use(rotation: KeyRotation) -> bool:
    async with database.transaction():
        await database.execute("SELECT pg_advisory_xact_lock($1)", wrapping.LOCK)
        await database.execute(PROMOTE, rotation.epoch)
        return await DataKey.exists(epoch=rotation.epoch, state="current")


async def _batch(rotation: KeyRotation) -> bool:
    async with database.transaction():
        # held until this batch is in: whoever pauses knows afterwards that nothing moves
        if not await database.fetch_value(IS_RUNNING, rotation.id):
            return False
        row = await database.fetch_one(NEXT, rotation.id)
        if row is None:
            return False
        column = _column(row["table_name"], row["column_name"])
        outcome = await resealing.batch(column, row["cursor"], rotation.epoch) if column else resealing.Outcome(None)
        crashpoints.pass_by("rotating.before_commit")
        await database.execute(MOVE_ON, row["id"], outcome.last, outcome.seen, outcome.done, outcome.broken)
    crashpoints.pass_by("rotating.after_batch")
    return True


async def _close(rotation: KeyRotation) -> bool:
    """Count what is left once nobody can add to it; True when a column has to be gone through once more."""
    async with database.transaction():
        # one worker closes: shared locks of two could not both become the write that ends the rotation
        if not await database.fetch_value(IS_RUNNING.replace("SHARE", "UPDATE"), rotation.id):
            return False
        columns = await KeyRotationColumn.filter(rotation_id=rotation.id).order_by("id").select_for_update()
        if not all(one.is_through for one in columns) or not await database.fetch_value(IS_SETTLED):
            return False
        for one in columns:
            column = _column(one.table_name, one.column_name)
            left = await resealing.left(column, rotation.epoch) if column else 0
            await database.execute(AGAIN, one.id, left)
        if await KeyRotationColumn.filter(rotation_id=rotation.id, is_through=False).exists():
            return True
        await database.execute(
            "UPDATE key_rotation SET state = 'done', finished_at = clock_timestamp() WHERE id = $1", rotation.id
        )
        return False


async def _change(rotation_id: int, before: str, after: str) -> None:
    sql = "UPDATE key_rotation SET state = $3 WHERE id = $1 AND state = $2"
    if not await database.execute(sql, rotation_id, before, after):
        raise NotFound("没有这样的轮换，或状态已变化，请刷新")


def _column(table: str, column: str) -> sealing.Column | None:
    # a column that a newer version gave up is nothing to wait for
    return next((one for one in sealing.columns() if (one.table, one.column) == (table, column)), None)
