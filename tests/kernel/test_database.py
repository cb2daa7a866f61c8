from __future__ import annotations

import pytest

from kernel import database
from staff.models import Branch


async def test_a_failed_transaction_leaves_nothing_and_asks_for_nothing(db):
    asked = []
    with pytest.raises(ValueError, match="stop"):
        async with database.transaction():
            await Branch.create(code="sz", name="深圳分行")
            database.after_commit(asked.append, 1)
            raise ValueError("stop")
    assert await database.fetch_value("SELECT count(*) FROM branch") == 0
    assert asked == []


async def test_work_is_asked_for_only_once_the_outermost_transaction_is_committed(db):
    seen = []

    async def look() -> None:
        seen.append(await database.fetch_value("SELECT count(*) FROM branch"))

    async with database.transaction():
        async with database.transaction():
            await Branch.create(code="sz", name="深圳分行")
            database.after_commit(look)
        assert seen == []
    assert seen == [1]


async def test_a_failing_wake_up_does_not_undo_what_was_committed(db):
    def fail() -> None:
        raise RuntimeError("the queue is away")

    async with database.transaction():
        await Branch.create(code="sz", name="深圳分行")
        database.after_commit(fail)
    assert await Branch.filter(code="sz").count() == 1


async def test_sql_inside_a_transaction_sees_its_own_rows(db):
    async with database.transaction():
        await database.execute("INSERT INTO branch (code, name) VALUES ($1, $2)", "gz", "广州分行")
        assert await database.copy_in("branch", ["code", "name"], [("fs", "佛山分行")]) == 1
        assert await database.fetch_value("SELECT count(*) FROM branch") == 2
