"""What an administrator does with the data keys; every act is in the audit, in the same transaction."""

from __future__ import annotations

from kernel import database, epochs, rotating
from kernel.errors import Refused
from kernel.models import KeyRotation
from staff import audit
from staff.models import Staff


async def rotate(by: Staff | None) -> KeyRotation:
    """Begin a rotation; `by` is None for the operator's command."""
    async with database.transaction():
        rotation = await rotating.begin(by.id if by else None)
        await audit.record(by, "key.rotation_began", "key_rotation", rotation.id, epoch=rotation.epoch)
        return rotation


async def pause(rotation_id: int, by: Staff) -> None:
    """Stop a rotation for a while."""
    async with database.transaction():
        await rotating.pause(rotation_id)
        await audit.record(by, "key.rotation_paused", "key_rotation", rotation_id)


async def resume(rotation_id: int, by: Staff) -> None:
    """Let a rotation go on."""
    async with database.transaction():
        await rotating.resume(rotation_id)
        await audit.record(by, "key.rotation_resumed", "key_rotation", rotation_id)


async def destroy(epoch: int, typed: str, by: Staff) -> None:
    """Erase a retired key; `typed` is the epoch's number, written out by the person, so that no click does it."""
    if typed.strip() != str(epoch):
        raise Refused(f"请输入密钥编号 {epoch} 以确认销毁", code="keys.not_confirmed")
    async with database.transaction():
        await epochs.destroy(epoch)
        await audit.record(by, "key.destroyed", "data_key", epoch)


async def rewrap(by: Staff | None) -> int:
    """Wrap every data key under the present master key; how many."""
    async with database.transaction():
        count = await epochs.rewrap()
        await audit.record(by, "key.rewrapped", "data_key", None, keys=count)
        return count
