"""The epochs of data keys: what each still seals, its health, its end, and its new wrapping under a new master key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from kernel import database, key_sources, keyring, resealing, rotating, sealing, wrapping
from kernel.errors import NotFound, Refused
from kernel.models import DataKey, KeyRotation, KeyRotationColumn

SMALL_BYTES = 256 << 20
"""Up to here the values are counted whenever somebody looks: about a second of reading."""

DESTROY = """
UPDATE data_key SET wrapped = NULL, state = 'destroyed', destroyed_at = clock_timestamp()
WHERE epoch = $1 AND state = 'retired' AND NOT ({holds_any})
"""


@dataclass(frozen=True)
class Epoch:
    """One epoch: its state, times, values it still seals (None: not counted), and whether its key unwraps."""

    number: int
    state: str
    is_direct: bool
    announced_at: datetime | None
    current_at: datetime | None
    retired_at: datetime | None
    destroyed_at: datetime | None
    source: str
    is_healthy: bool


async def listed() -> list[Epoch]:
    """Every epoch, the newest first; each key is unwrapped to see that it can be."""
    rows = await DataKey.all().order_by("-epoch")
    return [
        Epoch(
            row.epoch, row.state, row.is_direct, row.announced_at, row.current_at, row.retired_at, row.destroyed_at,
            row.source, row.wrapped is not None and await asyncio.to_thread(_opens, row),
        )
        for row in rows
    ]  # fmt: skip


async def counts() -> list[tuple[sealing.Column, dict[int, int]]]:
    """How many values of each epoch every column holds; reads the tables whole."""
    return [(column, await resealing.counts(column)) for column in sealing.columns()]


async def is_small() -> bool:
    """Whether counting is quick, by the tables' sizes as the statistics know them."""
    tables = sorted({column.table for column in sealing.columns()})
    sql = "SELECT sum(pg_table_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r' AND c.relname = ANY($1::text[])"
    return int(await database.fetch_value(sql, tables) or 0) < SMALL_BYTES


async def is_announced(epoch: int) -> bool:
    """Whether an epoch's key waits for its first use."""
    return await DataKey.exists(epoch=epoch, state="announced")


async def newest_rotation() -> tuple[KeyRotation | None, list[KeyRotationColumn]]:
    """The rotation under way, or the last one, with its columns."""
    rotation = await KeyRotation.all().order_by("-id").first()
    columns = await KeyRotationColumn.filter(rotation_id=rotation.id).order_by("id") if rotation else []
    return rotation, columns


async def destroy(epoch: int) -> None:
    """Erase a retired key for good; inside a transaction. Refused while a value of it is left or could still come."""
    key = await DataKey.get_or_none(epoch=epoch)
    if key is None:
        raise NotFound
    if key.state != "retired":
        raise Refused("只有已停用的密钥可以销毁", code="keys.not_retired")
    if not await database.fetch_value(rotating.IS_SETTLED):
        raise Refused("密钥刚刚停用，或有较早开始的事务尚未结束，请稍后再试", code="keys.not_settled")
    sql = DESTROY.format(holds_any=resealing.holds_any(sealing.columns()))
    if not await database.execute(sql, epoch, epoch.to_bytes(2, "big")):
        raise Refused("仍有数据使用这把密钥，请先完成轮换", code="keys.in_use")
    database.after_commit(keyring.reread)


async def rewrap() -> int:
    """Wrap every data key anew under the present master key; the values themselves stay as they are. How many."""
    source = key_sources.chosen()
    async with database.transaction():
        await database.execute("SELECT pg_advisory_xact_lock($1)", wrapping.LOCK)
        rows = await DataKey.exclude(state="destroyed").select_for_update()
        for row in rows:
            wrapped = await asyncio.to_thread(_anew, source, row)
            await DataKey.filter(epoch=row.epoch).update(wrapped=wrapped, source=source.name)
        return len(rows)


def _anew(source: key_sources.KeySource, row: DataKey) -> bytes:
    return wrapping.close_key(source, row.epoch, wrapping.open_key(row.source, row.epoch, row.wrapped or b""))


def _opens(row: DataKey) -> bool:
    try:
        wrapping.open_key(row.source, row.epoch, row.wrapped or b"")
    except (key_sources.CannotUnwrap, OSError):
        return False
    return True
