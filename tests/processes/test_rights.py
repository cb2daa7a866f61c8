"""Whoever serves people has a role that can add to the audit and do nothing else to it."""

from __future__ import annotations

import asyncpg
import pytest

from processes import embedded, rights
from tests.conftest import Servers


@pytest.fixture
async def granted(db: None, servers: Servers) -> str:
    owner = await asyncpg.connect(servers.database)
    await rights.grant(owner, embedded.APP_ROLE)
    await rights.grant(owner, embedded.APP_ROLE)
    await owner.close()
    return embedded.as_app_role(servers.database)


async def test_the_application_adds_to_the_audit_and_changes_nothing_in_it(granted: str) -> None:
    line = await asyncpg.connect(granted)
    await line.execute("INSERT INTO audit_entry (action, detail) VALUES ('thing.done', '{}')")
    assert await line.fetchval("SELECT count(*) FROM audit_entry") == 1
    for statement in (
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_link SET hash = 'x'",
        "DELETE FROM audit_link",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE audit_link",
        "CREATE TABLE mine (id int)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await line.execute(statement)
    await line.execute("INSERT INTO branch (code, name, path) VALUES ('A', '甲', ''); DELETE FROM branch")
    await line.execute("CREATE TEMP TABLE t (id int); TRUNCATE t; ANALYZE client")
    await line.close()


async def test_a_strange_name_or_the_owner_is_refused(db: None, servers: Servers) -> None:
    owner = await asyncpg.connect(servers.database)
    for name in ('x"; DROP TABLE staff; --', "", embedded.DATABASE):
        with pytest.raises(rights.BadRole):
            await rights.grant(owner, name)
    await owner.close()
