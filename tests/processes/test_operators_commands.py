"""The operator's commands for keys, audit and found files, run as the operator runs them: in processes of their own."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kernel import database, keyring, settings
from kernel.models import KeyRotation
from staff import audit
from staff.exports import asking, exporters, fetching, tasks
from staff.exports.exporters import Exporter, Params
from staff.models import AuditEntry, Staff
from tests.emptying import as_owner
from tests.kernel.rotations import let_time_pass, make_clients

pytestmark = pytest.mark.timeout(300)
EPOCHS = "SELECT DISTINCT get_byte(phone_sealed, 0) * 256 + get_byte(phone_sealed, 1) AS epoch FROM client"


class Told(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


async def run(*arguments: str, **environment: str) -> Told:
    """One command, while this process goes on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "processes.cli", *arguments, env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 250)
    return Told(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def keys(db: None) -> AsyncIterator[None]:
    """The ring of keys is this test's own; afterwards it is as it was."""
    rows = await database.fetch("SELECT * FROM data_key")
    yield
    await database.execute("DELETE FROM data_key")
    async with database.transaction():
        await database.copy_in("data_key", list(rows[0]), [list(row.values()) for row in rows])
    keyring.forget()
    await keyring.reread()


@pytest.fixture
def heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of heads of this test's own."""
    monkeypatch.setenv("HUILIU_AUDIT_HEAD_FILE", str(tmp_path / "heads.log"))
    settings.forget()
    yield tmp_path / "heads.log"
    settings.forget()


async def test_rotate_keys_seals_everything_anew_and_says_how_far_it_is(keys: None) -> None:
    await make_clients(40)
    before = keyring.known().current
    command = asyncio.create_task(run("rotate-keys"))
    while not command.done():
        # what takes two minutes of the clock: all processes meet the new key, the old one settles
        await let_time_pass()
        await asyncio.wait([command], timeout=0.5)
    told = command.result()
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    assert (lines[0], lines[-1][:5]) == (f"epoch {before + 1} is announced", "done:")
    assert lines[-1] == "done: 80 of 80 values seen, 80 sealed anew"  # a name and a phone each
    assert any("waiting" in line for line in lines), lines
    assert [row["epoch"] for row in await database.fetch(EPOCHS)] == [before + 1]
    assert await AuditEntry.filter(action="key.rotation_began", staff_id=None).count() == 1


async def test_rotate_keys_stops_with_a_word_when_somebody_pauses_it(keys: None) -> None:
    command = asyncio.create_task(run("rotate-keys"))
    while not await KeyRotation.filter(state="running").update(state="paused"):
        await asyncio.wait([command], timeout=0.2)
        assert not command.done(), command.result()
    told = await command
    assert told.code == 1
    assert told.out.splitlines()[-1].startswith("paused: 0 of "), told.out


async def test_rewrap_keys_lets_the_old_master_key_go(keys: None) -> None:
    old, new = settings.get().sealing_key, base64.b64encode(os.urandom(32)).decode()
    refused = await run("rewrap-keys", HUILIU_SEALING_KEY=new)
    assert refused.code == 1
    assert "Traceback" not in refused.err, refused.err
    assert "HUILIU_SEALING_KEY_PREVIOUS" in refused.err
    told = await run("rewrap-keys", HUILIU_SEALING_KEY=new, HUILIU_SEALING_KEY_PREVIOUS=old)
    assert told.code == 0, told.err
    count = await database.fetch_value("SELECT count(*) FROM data_key WHERE state <> 'destroyed'")
    assert told.out.startswith(f"data keys wrapped under the present master key: {count};")
    again = await run("rewrap-keys", HUILIU_SEALING_KEY=new)
    assert again.code == 0, again.err
    assert new not in told.out + told.err


async def test_audit_verify_says_sound_or_names_the_first_broken_entry(db: None, heads: Path) -> None:
    for number in range(12):
        await audit.record(None, "thing.done", "thing", number)
    told = await run("audit", "verify")
    assert (told.code, told.out[:26]) == (0, "sound: 12 linked entries, "), told.err
    await as_owner("UPDATE audit_entry SET subject_id = 99 WHERE id = 7")
    found, as_json = await asyncio.gather(run("audit", "verify"), run("audit", "verify", "--json"))
    assert (found.code, as_json.code, found.err) == (1, 1, "")
    assert found.out.startswith("BROKEN: position 7, entry 7 (sound up to position 6): "), found.out
    facts = json.loads(as_json.out)
    assert (facts["broken"]["what"], facts["broken"]["entry_id"], facts["is_sound"]) == ("edited", 7, False)


async def _rows(_params: Params, _by: Staff) -> AsyncIterator[list[Any]]:
    yield ["编号", "说明"]
    for number in range(200):
        yield [number, f"第 {number} 行"]


async def _count(_params: Params, _by: Staff) -> int:
    return 200


async def test_trace_export_names_whose_copy_a_file_is(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporters, "_KINDS", dict(exporters._KINDS))
    exporters.register(
        Exporter("t_trace", "测试", permission="clients.see", count=_count, rows=_rows, file_name=lambda _p: "t.csv")
    )
    person = await Staff.create(login="gu", name="顾言", role="marketing", reach="bank")
    export = await asking.ask("t_trace", {}, "给分行例会做客户结构分析", person)
    await tasks.prepare.now(export.id)
    taken = await fetching.claim(export.id, fetching.token(await type(export).get(id=export.id)), person)
    path = tmp_path / "found.csv"
    path.write_bytes(b"".join([piece async for piece in fetching.pieces(taken)]))
    told = await run("trace-export", str(path))
    assert told.code == 0, told.err
    assert told.out.startswith(f"export {export.id} (t_trace), asked for by 顾言 on "), told.out
    other = tmp_path / "other.csv"
    other.write_text("\n".join(f"{number},随便什么" for number in range(60)), encoding="utf-8")
    nobodys, missing = await asyncio.gather(run("trace-export", str(other)), run("trace-export", str(tmp_path / "no")))
    assert (nobodys.code, nobodys.out[:31]) == (1, "no export is behind this file (")
    assert (missing.code, missing.err) == (1, f"huiliu: no file {tmp_path / 'no'}\n")
