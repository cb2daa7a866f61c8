"""The pace of calls: never more than the platform's limit in any span, shared by all, with and without Redis."""

from __future__ import annotations

import asyncio
import time

import pytest

from kernel import cache, settings
from wechat import rates
from wechat.rates import Pacer, Rate

SLOW = (Rate("1", 4.0, 36.0),)  # 40 a second


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "of", lambda _side, _api: SLOW)


async def test_several_processes_share_one_limit(db: None, slow: None) -> None:
    pacers = [Pacer("wecom", "ww1") for _ in range(4)]
    taken: list[float] = []

    async def work(pacer: Pacer) -> None:
        ends = time.monotonic() + 1.2
        while time.monotonic() < ends:
            assert await pacer.take("/cgi-bin/x") == 0
            taken.append(time.monotonic())

    await asyncio.gather(*(work(pacer) for pacer in pacers))
    most = max(sum(1 for one in taken if start <= one < start + 1) for start in taken)
    # what four processes hold of their last blocks (7 each) may fall into the span as well
    assert 30 <= most <= 40 + 4 * 7


async def test_another_account_has_its_own_limit(db: None, slow: None) -> None:
    began = time.monotonic()
    for number in range(8):
        assert await Pacer("wecom", f"ww{number}").take("/cgi-bin/x") == 0
    assert time.monotonic() - began < 1


async def test_who_would_wait_too_long_is_told_and_takes_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "of", lambda _side, _api: (Rate("60", 1.0, 0.05),))
    pacer = Pacer("wecom", "ww1")
    assert await pacer.take("/cgi-bin/x") == 0
    waits = [await pacer.take("/cgi-bin/x") for _ in range(3)]
    assert all(18 < wait <= 20 for wait in waits)


async def test_a_smaller_share_waits_longer(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "of", lambda _side, _api: (Rate("60", 1.0, 0.2),))
    pacer = Pacer("official_account", "wx1")
    assert await pacer.take("/cgi-bin/x", 0.25) == 0
    assert 19 < await pacer.take("/cgi-bin/x", 0.25) <= 20


async def test_without_redis_each_process_keeps_the_pace_alone(
    db: None, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cache.close_redis()
    monkeypatch.setenv("HUILIU_REDIS_URL", "redis://127.0.0.1:9/0")
    settings.forget()
    try:
        pacer, began = Pacer("wecom", "ww-alone"), time.monotonic()
        for _ in range(30):
            assert await pacer.take("/cgi-bin/x") == 0
        assert time.monotonic() - began > 0.5
    finally:
        rates._apart_until = 0.0
        await cache.close_redis()
        monkeypatch.undo()
        settings.forget()


def test_the_data_gives_each_side_its_limits_and_some_apis_their_own() -> None:
    minute, hour = rates.of("wecom", "/cgi-bin/externalcontact/get")
    assert minute.most + 60 * minute.per_second == 10_000
    assert hour.most + 3600 * hour.per_second == 150_000
    (moments,) = rates.of("wecom", "/cgi-bin/externalcontact/add_moment_task")
    assert moments.most + 60 * moments.per_second == 10
    (custom,) = rates.of("official_account", "/cgi-bin/message/custom/send")
    assert custom.per_second >= 1000
