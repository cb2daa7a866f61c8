"""What is counted of calls: by hour, app, API and outcome, in few writes, and never in the way of a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel import clock, database
from tests.wechat.loopback import Loopback
from wechat import faults, measuring

CUSTOM = "/cgi-bin/message/custom/send"
COUNTED = "SELECT app, api, outcome, sum(calls)::int AS n, min(hour_at) AS at FROM api_use GROUP BY 1, 2, 3"
TEN = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _nothing_counted(db: None) -> AsyncIterator[None]:
    measuring.forget()
    yield
    measuring.forget()


async def test_calls_are_counted_by_outcome_and_the_tokens_with_them(platform: Loopback, account_door: Any) -> None:
    with clock.frozen(TEN):
        door = account_door()
        await door.send_text("o1", "好")
        await door.send_text("o1", "好")
        for reply in ({"errcode": 45015}, "cut"):
            platform.answer(CUSTOM, reply)
            with pytest.raises(faults.WeChatFault):
                await door.send_text("o1", "好")
        await measuring.flush()
    rows = await database.fetch(
        "SELECT app, api, outcome, sum(calls)::int AS n, min(hour_at) AS at FROM api_use GROUP BY 1, 2, 3"
    )
    found = {(row["api"].rpartition("/")[2], row["outcome"]): row["n"] for row in rows}
    assert found == {("stable_token", "0"): 1, ("send", "0"): 2, ("send", "45015"): 1, ("send", "cut"): 1}
    assert {row["app"] for row in rows} == {"official_account:wx1"}
    assert {row["at"] for row in rows} == {datetime(2026, 11, 24, 2, 0, tzinfo=UTC)}


async def test_a_second_write_adds_and_durations_fall_into_their_bars() -> None:
    with clock.frozen(TEN):
        for seconds in (0.004, 0.07, 0.07, 30):
            measuring.count("a", "/x", "0", seconds)
        await measuring.flush()
        measuring.count("a", "/x", "0", 0.08)
        await measuring.flush()
        await measuring.flush()
    rows = await database.fetch("SELECT le_ms, calls, ms_sum FROM api_use ORDER BY le_ms")
    assert [(row["le_ms"], row["calls"], row["ms_sum"]) for row in rows] == [(0, 1, 30000), (10, 1, 4), (100, 3, 220)]


async def test_what_could_not_be_written_is_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    measuring.count("a", "/x", "0", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(measuring, "WRITE", "INSERT INTO no_such_table VALUES ($1, $2, $3, $4, $5, $6, $7)")
        await measuring.flush()
    measuring.count("a", "/x", "0", 0.01)
    await measuring.flush()
    assert await database.fetch_value("SELECT sum(calls)::int FROM api_use") == 2
