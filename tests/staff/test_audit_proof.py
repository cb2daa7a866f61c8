"""Whatever is done to the audit's rows behind our back is found, and at the right row."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import database, settings
from staff import audit, audit_chain, audit_heads, audit_mac, audit_verification
from staff.audit_heads import Head
from staff.audit_mac import FIRST, Entry
from staff.audit_verifying import Broken, Link, Verdict, Walk
from staff.models import Staff
from tests.emptying import as_owner

ROWS, HEAD_EVERY = 120, 30
Rows = list[Link]
Expected = tuple[set[str], int]


def _chain(rows: Rows) -> Rows:
    """The links with their hashes, as somebody without the key could compute them."""
    before, made = FIRST, []
    for position, row in enumerate(rows, start=1):
        assert row.entry is not None
        before = audit_mac.chained(before, row.entry)
        made.append(Link(position, row.entry.id, before, row.entry))
    return made


def _bank(number: int) -> Rows:
    rows = []
    for n in range(1, number + 1):
        # numbers are not in the chain's order: late commits
        detail = json.dumps({"reason": f"原因{n}", "rows": n, "deep": {"a": [n, None, True]}}, ensure_ascii=False)
        entry = Entry(
            n * 3 % 1009, 1_700_000_000_000_000 + n, n % 5 or None, f"thing.done{n % 4}", "thing", n, detail, f"r{n:08}"
        )
        rows.append(Link(n, entry.id, "", entry._replace(mac=audit_mac.mac(entry))))
    return _chain(rows)


def _verdict(rows: Rows, heads: list[Head]) -> Verdict:
    walk = Walk(iter(heads))
    for start in range(0, len(rows), 50):
        walk.links(rows[start : start + 50])
    walk.unlinked([])
    return walk.end(has_file=True)


def _edit(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    entry = rows[at].entry
    assert entry is not None
    name = dice.choice(("at_us", "staff_id", "action", "subject", "subject_id", "detail", "request_id", "mac"))
    value = getattr(entry, name)
    if isinstance(value, str):
        place = dice.randrange(len(value))
        other = chr(ord(value[place]) ^ (1 << dice.randrange(5)))
        value = value[:place] + other + value[place + 1 :]
    else:
        value = (value or 0) ^ (1 << dice.randrange(20)) if value is not None else 0
    rows[at] = rows[at]._replace(entry=entry._replace(**{name: value}))
    return {"edited"}, at + 1


def _edit_and_chain_anew(rows: Rows, dice: random.Random) -> Expected:
    expected = _edit(rows, dice)
    rows[:] = _chain(rows)
    return expected


def _delete(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    rows[at] = rows[at]._replace(entry=None)
    return {"deleted"}, at + 1


def _delete_with_link(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    del rows[at]
    return {"link_missing", "cut"}, at + 1


def _swap_contents(rows: Rows, dice: random.Random) -> Expected:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    first, second = rows[one].entry, rows[two].entry
    assert first is not None
    assert second is not None
    rows[one] = rows[one]._replace(entry=second._replace(id=first.id))
    rows[two] = rows[two]._replace(entry=first._replace(id=second.id))
    return {"edited"}, one + 1


def _swap_places(rows: Rows, dice: random.Random) -> Expected:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    rows[one], rows[two] = rows[two]._replace(position=one + 1), rows[one]._replace(position=two + 1)
    return {"reordered"}, one + 1


def _swap_hashes(rows: Rows, dice: random.Random) -> Expected:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    rows[one], rows[two] = rows[one]._replace(hash=rows[two].hash), rows[two]._replace(hash=rows[one].hash)
    return {"link_altered", "reordered"}, one + 1


def _alter_link(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    place = dice.randrange(64)
    digit = f"{int(rows[at].hash[place], 16) ^ 1:x}"
    rows[at] = rows[at]._replace(hash=rows[at].hash[:place] + digit + rows[at].hash[place + 1 :])
    return {"link_altered"} if at + 1 < len(rows) else {"reordered"}, at + 1


def _cut(rows: Rows, dice: random.Random) -> Expected:
    kept = dice.randrange(len(rows))
    del rows[kept:]
    return {"cut"}, kept + 1


HARMS: tuple[Callable[[Rows, random.Random], Expected], ...] = (
    _edit,
    _edit_and_chain_anew,
    _delete,
    _delete_with_link,
    _swap_contents,
    _swap_places,
    _swap_hashes,
    _alter_link,
    _cut,
)


def _find_all(times: int) -> None:
    sound = _bank(ROWS)
    heads = [Head(n, row.position, row.hash) for n, row in enumerate(sound[HEAD_EVERY - 1 :: HEAD_EVERY], start=1)]
    assert _verdict(sound, heads).broken is None
    dice = random.Random(20261124)
    for _time in range(times):
        rows = list(sound)
        harm = dice.choice(HARMS)
        kinds, position = harm(rows, dice)
        broken = _verdict(rows, heads).broken
        assert broken is not None, harm
        assert (broken.what in kinds, broken.position) == (True, position), (harm, broken, kinds, position)


def test_edits_deletions_reorderings_and_cuts_are_found_at_the_right_row() -> None:
    _find_all(600)


@pytest.mark.prove
def test_ten_thousand_harms_are_found_at_the_right_row() -> None:
    _find_all(10_000)


def test_a_chain_made_anew_without_a_row_is_given_away_by_the_heads_outside() -> None:
    sound = _bank(ROWS)
    heads = [Head(n, row.position, row.hash) for n, row in enumerate(sound[HEAD_EVERY - 1 :: HEAD_EVERY], start=1)]
    for at in range(ROWS):
        broken = _verdict(_chain(sound[:at] + sound[at + 1 :]), heads).broken
        assert broken is not None
        assert broken.what in ("rewritten", "cut")
        assert broken.after <= at
        assert broken.after >= at - HEAD_EVERY


def test_heads_that_are_not_ours_are_named_when_the_chain_is_sound() -> None:
    sound = _bank(ROWS)
    heads = [Head(1, 30, sound[29].hash), Head(2, 60, "f" * 64, "forged"), Head(3, 90, sound[89].hash)]
    assert _verdict(sound, heads).broken == Broken("head_broken", after=ROWS, line=2)
    harmed = list(sound)
    _delete(harmed, random.Random(3))
    broken = _verdict(harmed, heads).broken
    assert broken is not None
    assert broken.what == "deleted"


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
        import asyncpg

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
    import asyncio

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
