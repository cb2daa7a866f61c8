"""A rotation while people read, change and search: nothing fails, nothing old is left, a kill is harmless."""

from __future__ import annotations

import asyncio
import json
import signal
import time

import pytest

from kernel import database, epochs, keyring, rotating
from kernel.models import KeyRotation, KeyRotationColumn
from tests.kernel import load, rotating_child
from tests.kernel.rotations import let_time_pass
from tests.waiting import until


async def test_twenty_thousand_values_change_their_key_under_load_and_a_kill(db, crash):
    bank = await load.fill(8_000, 2_000, 2_000)
    figures = await _rotate_under_load(bank, crash("rotating.before_commit"), quiet_s=1, hurry=True)
    assert figures["values"] == 20_000
    assert figures["kills"] >= 2


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_million_values_change_their_key_under_load_and_kills(db, crash, capsys):
    began = time.perf_counter()
    bank = await load.fill(400_000, 100_000, 100_000)
    filled = time.perf_counter() - began
    figures = await _rotate_under_load(bank, crash("rotating.after_batch", 3), quiet_s=20, hurry=False)
    assert figures["values"] == 1_000_000
    with capsys.disabled():
        print("\n" + json.dumps({"fill_s": round(filled), **figures}))


async def _rotate_under_load(bank: load.Bank, dying: dict[str, str], quiet_s: float, hurry: bool) -> dict[str, float]:
    stop, phase, old = asyncio.Event(), ["before"], keyring.known().current
    people = asyncio.create_task(load.work(bank, phase, stop))
    try:
        await _pass(quiet_s)
        rotation, began = await rotating.begin(None), time.perf_counter()
        kills = await _until_done(rotation, phase, dying, hurry)
        total = time.perf_counter() - began
        phase[0] = "after"
        await _pass(quiet_s)
    finally:
        stop.set()
        await people
    assert bank.wrong == []
    assert bank.changes > 0
    numbers = await epochs.counts()
    assert {epoch for _, found in numbers for epoch in found} == {rotation.epoch}
    await let_time_pass()
    async with database.transaction():
        await epochs.destroy(old)
    columns = await KeyRotationColumn.filter(rotation_id=rotation.id)
    assert sum(one.broken + (one.remaining or 0) for one in columns) == 0
    values = sum(sum(found.values()) for _, found in numbers)
    working = bank.phases["settling"] - bank.phases["during"]
    return {
        "values": values,
        "sealed_anew": sum(one.done for one in columns),
        "kills": kills,
        "total_s": round(total, 1),
        "batches_s": round(working, 1),
        "values_per_s": round(values / working),
        "reads": sum(len(found) for found in bank.seconds.values()),
        "changes": bank.changes,
        "failed": len(bank.wrong),
        **{f"p99_ms_{name}": bank.p99_ms(name) for name in ("before", "during", "after")},
    }


async def _until_done(rotation: KeyRotation, phase: list[str], dying: dict[str, str], hurry: bool) -> int:
    """Workers one after the other, killed at a crash point and once from outside in the middle; how many kills."""
    kills, was_shot = 0, False
    if hurry:
        await let_time_pass()
    phase[0] = "during"
    child = rotating_child.start(dying)
    while True:
        await asyncio.sleep(0.05)
        if not child.is_alive():
            if child.exitcode == 0:
                break
            assert child.exitcode == -signal.SIGKILL, child.exitcode
            kills += 1
            child = rotating_child.start(dying if kills < 3 else None)
        columns = await KeyRotationColumn.filter(rotation_id=rotation.id).order_by("id")
        if not was_shot and sum(one.done for one in columns) > 0.4 * sum(one.total for one in columns):
            was_shot = True
            child.kill()
        if all(one.is_through for one in columns) and phase[0] == "during":
            phase[0] = "settling"
            if hurry:
                await keyring.reread()
                await let_time_pass()
    await rotation.refresh_from_db()
    assert rotation.state == "done"
    return kills


async def _pass(seconds: float) -> None:
    ends = time.monotonic() + seconds
    await until(lambda: time.monotonic() >= ends, seconds + 5)
