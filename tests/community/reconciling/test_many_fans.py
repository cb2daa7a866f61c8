"""A hundred thousand fans are compared in seconds and in bounded memory."""

from __future__ import annotations

import resource
import time

import pytest

from community.clients.models import Fan
from community.reconciling import running
from kernel import database
from wechat.sandbox.client import Sandbox

MANY = 100_000
SECONDS = 20.0
MORE_MEMORY_MB = 250


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_hundred_thousand_fans_take_seconds_and_little_memory(sandbox: Sandbox) -> None:
    await sandbox.seed("bulk", fans=MANY)
    began = time.perf_counter()
    (first,) = await running.run("fans")
    taken_in = time.perf_counter() - began
    assert (first.complete, first.seen, first.added) == (True, MANY, MANY)
    await database.execute("UPDATE fan SET created_at = created_at - interval '1 day'")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    (second,) = await running.run("fans")
    compared = time.perf_counter() - began
    assert (second.complete, second.added, second.removed) == (True, 0, 0)
    assert await Fan.filter(subscribed=True).count() == MANY
    print(f"taken in in {taken_in:.1f} s, compared in {compared:.1f} s")
    assert compared < SECONDS
    assert taken_in < SECONDS * 4
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MORE_MEMORY_MB
