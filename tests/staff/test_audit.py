"""Every entry carries its proof and its request; nobody rewrites what was written, not even a slip of our own code."""

from __future__ import annotations

import asyncpg
import pytest
import structlog
from tortoise.exceptions import OperationalError

from kernel import database
from staff import audit, audit_mac
from staff.models import AuditEntry, AuditWaiting, Staff

ROW = """
SELECT id, (extract(epoch FROM created_at) * 1000000)::bigint AS at_us, staff_id, action, subject, subject_id,
  detail::text AS detail, request_id, mac FROM audit_entry
"""


async def test_an_entry_is_proved_with_everything_it_says(db: None) -> None:
    person = await Staff.create(login="li", name="李", role="auditor")
    with structlog.contextvars.bound_contextvars(request="abcdef0123456789"):
        await audit.record(person, "thing.done", "thing", 7, words="“引号”\n=1", amount=1.50, big=1e22, none=None)
    row = await database.fetch_one(ROW)
    assert row is not None
    entry = audit_mac.Entry(**row)
    assert entry.request_id == "abcdef0123456789"
    assert audit_mac.is_ours(entry)
    for change in ({"subject_id": 8}, {"detail": entry.detail + " "}, {"at_us": entry.at_us + 1}, {"staff_id": None}):
        assert not audit_mac.is_ours(entry._replace(**change))
    assert await AuditWaiting.filter(entry_id=entry.id).exists()


async def test_what_is_rolled_back_leaves_nothing_behind(db: None) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction():
            await audit.record(None, "thing.done")
            raise RuntimeError
    assert await AuditEntry.all().count() == await AuditWaiting.all().count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'other'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "UPDATE audit_link SET hash = ''",
        "DELETE FROM audit_link",
        "TRUNCATE audit_link",
    ],
)
async def test_the_database_refuses_to_change_the_audit_even_for_its_owner(db: None, statement: str) -> None:
    await audit.record(None, "thing.done")
    await database.execute("INSERT INTO audit_link (position, entry_id, hash) VALUES (1, 1, 'x')")
    with pytest.raises((OperationalError, asyncpg.InsufficientPrivilegeError), match="only grows"):
        await database.execute_script(statement)
    assert await AuditEntry.filter(action="thing.done").count() == 1
