"""The policy in force on a day, and the global hold-out that Python and PostgreSQL must see alike."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from community.sending import policies
from kernel import clock, database
from kernel.errors import Refused


async def test_the_newest_policy_not_after_the_day_is_in_force(db: None) -> None:
    assert await policies.in_force() == policies.DEFAULT
    await policies.ensure_default()
    await policies.ensure_default()
    assert await policies.in_force() == policies.DEFAULT
    today = clock.today()
    stricter = policies.Policy(1, 4, time(20), time(9), 5)
    await policies.save(today + timedelta(days=7), stricter, "年末")
    assert await policies.in_force() == policies.DEFAULT
    assert await policies.in_force(today + timedelta(days=8)) == stricter
    assert [row.note for row in await policies.history()] == ["年末", "系统默认"]


async def test_a_policy_of_yesterday_or_with_nonsense_is_refused(db: None) -> None:
    with pytest.raises(Refused, match="早于今天"):
        await policies.save(clock.today() - timedelta(days=1), policies.DEFAULT)
    with pytest.raises(Refused, match="上限"):
        await policies.save(clock.today(), policies.Policy(daily_cap=-1))


async def test_the_hold_out_is_the_same_in_python_and_in_sql_and_has_its_share(db: None) -> None:
    question = policies.HELD_OUT_SQL.format(client_id="id", percent="7", season="'2026'")
    rows = await database.fetch(f"SELECT id, {question} AS held FROM generate_series(1, 20000) AS id")
    assert all(row["held"] == policies.is_held_out(row["id"], 7, "2026") for row in rows)
    assert 0.06 < sum(row["held"] for row in rows) / len(rows) < 0.08
