"""Linking the audit in the database, the heads outside, and what the server's owner could do to the rows."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import asyncpg
import pytest

from kernel import database, settings
from processes import leadership, migrating
from staff import audit, audit_chain, audit_heads, audit_verification
from staff.audit_verifying import Broken
from staff.models import AuditWaiting, Staff
from tests.emptying import as_owner


@pytest.fixture
def heads_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUILIU_AUDIT_HEAD_FILE", str(tmp_path / "heads.log"))
    settings.forget()
    return tmp_path / "heads.log"


@pytest.fixture
async def written(db: None, heads_at: Path) -> int:
    person = await Staff.create(login="li", name="李", role="auditor")
    for number in range(40):
        await audit.record(person if number % 3 else None, "thing.done", "thing", number, reason=f"原因{number}")
    assert await audit_chain.link() == 40
    return 40


async def test_marks_of_lost_entries_do_not_stand_in_the_way_of_what_comes_behind(written: int) -> None:
    lost = audit_chain.BATCH + 5
    await as_owner(
        "SELECT setval(pg_get_serial_sequence('audit_entry', 'id'), 1000000);"
        "INSERT INTO audit_waiting (entry_id, created_at) "
        f"SELECT 100000 + n, now() FROM generate_series(1, {lost}) n"
    )
    await audit.record(None, "thing.done", "thing", 41)
    assert await audit_chain.link() == 1
    assert await AuditWaiting.all().count() == lost


HARMS_IN_SQL = (
    ("UPDATE audit_entry SET detail = jsonb_set(detail, '{{reason}}', '\"改\"') WHERE id = {id}", "edited"),
    ("UPDATE audit_entry SET created_at = created_at + interval '1 microsecond' WHERE id = {id}", "edited"),
    ("UPDATE audit_entry SET staff_id = CASE WHEN staff_id IS NULL THEN 1 END WHERE id = {id}", "edited"),
    ("UPDATE audit_entry SET action = action || ' ' WHERE id = {id}", "edited"),
    ("UPDATE audit_entry SET request_id = 'x' WHERE id = {id}", "edited"),
    ("UPDATE audit_entry SET mac = reverse(mac) WHERE id = {id}", "edited"),
    ("UPDATE audit_entry SET id = id + 1000 WHERE id = {id}", "deleted"),
    ("DELETE FROM audit_entry WHERE id = {id}", "deleted"),
    ("DELETE FROM audit_link WHERE entry_id = {id}", "link_missing"),
    ("UPDATE audit_link SET hash = reverse(hash) WHERE entry_id = {id}", "link_altered"),
    ("DELETE FROM audit_link WHERE entry_id >= {id}", "cut"),
    ("DELETE FROM audit_link WHERE entry_id >= {id}; DELETE FROM audit_entry WHERE id >= {id}", "cut"),
)


@pytest.mark.parametrize(("harm", "what"), HARMS_IN_SQL)
async def test_what_the_servers_owner_does_to_the_rows_is_found(written: int, harm: str, what: str) -> None:
    assert (await audit_verification.verify()).broken is None
    for number in random.Random(harm).sample(range(1, written - 1), 3):
        await database.execute_script("DROP TABLE IF EXISTS kept_entry, kept_link")
        await database.execute_script(
            "CREATE TABLE kept_entry AS TABLE audit_entry; CREATE TABLE kept_link AS TABLE audit_link"
        )
        await as_owner(harm.format(id=number))
        broken = (await audit_verification.verify()).broken
        assert broken is not None
        assert (broken.what, broken.position) == (what, number)
        await as_owner(
            "TRUNCATE audit_entry, audit_link; INSERT INTO audit_entry SELECT * FROM kept_entry; "
            "INSERT INTO audit_link SELECT * FROM kept_link; DROP TABLE kept_entry, kept_link"
        )
    assert (await audit_verification.verify()).broken is None


async def test_an_edit_before_the_entry_was_linked_is_found_too(db: None, heads_at: Path) -> None:
    await audit.record(None, "thing.done", "thing", 1)
    await as_owner("UPDATE audit_entry SET subject_id = 2")
    assert (await audit_verification.verify()).broken == Broken("edited", None, 1)
    await audit_chain.link()
    assert (await audit_verification.verify()).broken == Broken("edited", 1, 1)


async def test_an_entry_past_our_doors_or_lost_from_the_queue_is_found(written: int) -> None:
    await database.execute("INSERT INTO audit_entry (id, action, detail) VALUES (1000, 'thing.invented', '{}')")
    broken = (await audit_verification.verify()).broken
    assert broken == Broken("edited", None, 1000, written)
    await as_owner("DELETE FROM audit_entry WHERE id = 1000")
    await audit.record(None, "thing.done")
    await database.execute("DELETE FROM audit_waiting")
    broken = (await audit_verification.verify()).broken
    assert broken is not None
    assert broken.what == "unlinked"


async def test_a_late_commit_is_linked_after_what_was_already_there(db: None, heads_at: Path) -> None:
    async with database.transaction():
        await audit.record(None, "thing.late")
        # meanwhile, on another connection, a later number is written and linked
        other = await asyncpg.connect(settings.get().database_url)
        await other.execute(
            "INSERT INTO audit_link (position, entry_id, hash) VALUES (1, 999, 'x'); DELETE FROM audit_waiting"
        )
        await other.close()
    assert await database.fetch_value("SELECT count(*) FROM audit_waiting") == 1
    await as_owner("DELETE FROM audit_link")
    await audit.record(None, "thing.later")
    await audit_chain.link()
    await audit.record(None, "thing.last")
    await audit_chain.link()
    assert (await audit_verification.verify()).links == 3


async def test_linking_twice_at_once_links_each_entry_once(db: None, heads_at: Path) -> None:
    for number in range(300):
        await audit.record(None, "thing.done", "thing", number)
    assert sum(await asyncio.gather(*(audit_chain.link() for _ in range(5)))) == 300
    verdict = await audit_verification.verify()
    assert (verdict.links, verdict.broken) == (300, None)


async def test_the_file_of_heads_is_only_appended_and_its_loss_is_told(written: int, heads_at: Path) -> None:
    assert len(heads_at.read_bytes().splitlines()) == 1
    await audit_chain.link()
    assert len(heads_at.read_bytes().splitlines()) == 1
    await audit.record(None, "thing.done")
    await audit_chain.link()
    lines = heads_at.read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    assert [head.problem for head in audit_heads.read(heads_at)] == ["", ""]
    heads_at.write_bytes(lines[1])
    broken = (await audit_verification.verify()).broken
    assert broken is not None
    assert broken.what == "head_broken"
    heads_at.write_bytes(lines[0].replace(b'"position": 40', b'"position": 39') + lines[1])
    assert [head.problem for head in audit_heads.read(heads_at)] == ["forged", "line_missing"]
    heads_at.unlink()
    broken = (await audit_verification.verify()).broken
    assert broken is not None
    assert broken.what == "head_missing"


async def test_linking_does_not_wait_for_whoever_leads_the_clock_or_migrates(db: None, heads_at: Path) -> None:
    holder = await asyncpg.connect(settings.get().database_url)
    for lock in (leadership.LOCK, migrating.LOCK):
        await holder.execute("SELECT pg_advisory_lock($1)", lock)
    await audit.record(None, "thing.done")
    assert await asyncio.wait_for(audit_chain.link(), 20) == 1
    await holder.close()
