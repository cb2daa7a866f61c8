"""The ring of data keys: made at the first start, taken over from older versions, wrapped by whatever source is set."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys

import asyncpg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise import Tortoise
from tortoise.fields import BinaryField

from kernel import database, epochs, key_sources, keyring, rotating, sealing, settings, wrapping
from tests.kernel.rotations import make_clients, rotate

PLACE = {"table": "client", "column": "name", "row": 7}
NOT_SEALED = {("data_key", "wrapped"), ("media_asset", "data")}
"""Keys have a seal of their own; a picture of the library goes to thousands of clients as it is."""


@pytest.fixture
async def keys(db):
    """The table of keys and the settings are this test's own; afterwards they are as they were before."""
    rows, before = await database.fetch("SELECT * FROM data_key"), dict(os.environ)
    yield
    os.environ.update(before)
    os.environ.pop("HUILIU_KEY_SOURCE", None)
    os.environ.pop("HUILIU_SEALING_KEY_PREVIOUS", None)
    await database.execute("DELETE FROM data_key")
    async with database.transaction():
        await database.copy_in("data_key", list(rows[0]), [list(row.values()) for row in rows])
    settings.forget()
    keyring.forget()
    await keyring.reread()


async def test_every_binary_column_of_the_schema_is_known_to_the_rotation(db):
    binary = {
        (model._meta.db_table, field.source_field or name)
        for app in Tortoise.apps.values()
        for model in app.values()
        for name, field in model._meta.fields_map.items()
        if isinstance(field, BinaryField)
    }
    assert {(one.table, one.column) for one in sealing.columns()} == binary - NOT_SEALED


async def test_no_sealed_value_lies_in_a_table_that_refuses_changes(db):
    guarded = await database.fetch(
        "SELECT DISTINCT event_object_table AS name FROM information_schema.triggers"
        " WHERE event_manipulation IN ('UPDATE', 'DELETE')"
    )
    assert {one.table for one in sealing.columns()}.isdisjoint({row["name"] for row in guarded})


async def test_what_an_older_version_sealed_with_the_setting_itself_stays_readable_and_is_swept(keys):
    (client_id,) = await make_clients(1)
    nonce = os.urandom(12)
    direct = AESGCM(base64.b64decode(settings.get().sealing_key))
    blob = b"\0\1" + nonce + direct.encrypt(nonce, "张三".encode(), f"client|name|{client_id}".encode())
    await database.execute("UPDATE client SET name_sealed = $1, phone_sealed = NULL", blob)
    # a look at the keys that sealing asked for may still be on its way, and would make the first one itself
    await keyring.reread()
    await database.execute("DELETE FROM data_key")
    keyring.forget()
    await keyring.open_ring([("client", "name_sealed")])
    place = PLACE | {"row": client_id}
    assert keyring.known().current == 2
    assert [(one.number, one.state, one.is_direct) for one in await epochs.listed()] == [
        (2, "current", False),
        (1, "retired", True),
    ]
    assert sealing.unseal(blob, **place) == "张三"
    await rotate()
    moved = await database.fetch_value("SELECT name_sealed FROM client")
    assert moved[:2] == b"\0\3"
    assert sealing.unseal(moved, **place) == "张三"
    await database.execute("UPDATE data_key SET retired_at = now() - interval '1 hour' WHERE state = 'retired'")
    async with database.transaction():
        await epochs.destroy(1)


async def test_a_new_bank_has_no_epoch_of_an_older_version(keys):
    await database.execute("DELETE FROM data_key")
    await keyring.open_ring([("client", "name_sealed")])
    assert [one.number for one in await epochs.listed()] == [2]


async def test_several_first_starts_at_once_make_one_key(keys, servers):
    await database.execute("DELETE FROM data_key")
    read = await asyncio.gather(*(wrapping.read(servers.database) for _ in range(8)))
    assert all(one == read[0] for one in read)


async def test_a_value_of_an_epoch_that_this_process_never_met_is_read_at_once(db, servers):
    known = keyring.known().current
    epoch = await _add_key_behind_our_back(servers.database)
    blob = _sealed_by_another_process(servers.database, epoch)
    assert epoch > known
    assert sealing.unseal(blob, **PLACE) == "李四"


async def test_a_made_up_epoch_does_not_open_and_costs_no_query_each_time(db, monkeypatch):
    reads = []
    real = wrapping.read
    monkeypatch.setattr(wrapping, "read", lambda *given: reads.append(1) or real(*given))
    blob = sealing.seal("x", **PLACE)
    for number in range(0, 65536, 97):
        if number not in keyring.known().keys:
            with pytest.raises(sealing.Unreadable):
                sealing.unseal(number.to_bytes(2, "big") + blob[2:], **PLACE)
    assert len(reads) <= 2


async def test_a_tables_values_are_sealed_with_a_key_of_its_own(db):
    blob = sealing.seal("x", **PLACE)
    ring = keyring.known()
    assert ring.ciphers[(blob[:2], "client")] is not ring.ciphers.get((blob[:2], "account"))
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(blob, **(PLACE | {"table": "account"}))


async def test_a_key_service_takes_the_place_of_the_setting(keys, monkeypatch):
    blob = sealing.seal("王五", **PLACE)
    monkeypatch.setenv("HUILIU_KEY_SOURCE", "tests.kernel.fake_kms.FakeKms")
    settings.forget()
    async with database.transaction():
        await epochs.rewrap()
    # from here on the setting is not needed any more
    monkeypatch.setenv("HUILIU_SEALING_KEY", base64.b64encode(os.urandom(32)).decode())
    settings.forget()
    keyring.forget()
    assert sealing.unseal(blob, **PLACE) == "王五"
    live = [one for one in await epochs.listed() if one.state != "destroyed"]
    assert {(one.source, one.is_healthy) for one in live} == {("kms:test", True)}
    assert (await rotate()).epoch == keyring.known().current


async def test_all_data_keys_are_wrapped_anew_under_a_new_master_key(keys, monkeypatch):
    blob, old = sealing.seal("赵六", **PLACE), settings.get().sealing_key
    new = base64.b64encode(os.urandom(32)).decode()
    monkeypatch.setenv("HUILIU_SEALING_KEY", new)
    monkeypatch.setenv("HUILIU_SEALING_KEY_PREVIOUS", old)
    settings.forget()
    async with database.transaction():
        assert await epochs.rewrap() >= 1
    monkeypatch.delenv("HUILIU_SEALING_KEY_PREVIOUS")
    settings.forget()
    keyring.forget()
    assert sealing.unseal(blob, **PLACE) == "赵六"
    monkeypatch.setenv("HUILIU_SEALING_KEY", old)
    settings.forget()
    keyring.forget()
    with pytest.raises(key_sources.CannotUnwrap):
        sealing.unseal(blob, **PLACE)
    assert not any(one.is_healthy for one in await epochs.listed())


async def test_a_wrapped_key_put_into_another_epochs_row_is_noticed(keys):
    await rotating.begin(None)
    rows = await database.fetch("SELECT epoch, wrapped FROM data_key WHERE wrapped IS NOT NULL ORDER BY epoch DESC")
    await database.execute("UPDATE data_key SET wrapped = $2 WHERE epoch = $1", rows[0]["epoch"], rows[1]["wrapped"])
    with pytest.raises(key_sources.CannotUnwrap):
        await keyring.reread()


async def _add_key_behind_our_back(url: str) -> int:
    connection = await asyncpg.connect(url)
    epoch = 1 + await connection.fetchval("SELECT max(epoch) FROM data_key")
    wrapped = wrapping.fresh(key_sources.chosen(), epoch)
    await connection.execute("UPDATE data_key SET state = 'retired', retired_at = now() WHERE state = 'current'")
    await connection.execute(
        "INSERT INTO data_key (epoch, wrapped, state, source, current_at) VALUES ($1, $2, 'current', $3, now())",
        epoch,
        wrapped,
        key_sources.chosen().name,
    )
    await connection.close()
    return int(epoch)


def _sealed_by_another_process(url: str, epoch: int) -> bytes:
    code = (
        "import sys; from kernel import sealing;"
        "sys.stdout.write(sealing.seal('李四', table='client', column='name', row=7).hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "HUILIU_DATABASE_URL": url}, capture_output=True, check=True
    )
    blob = bytes.fromhex(done.stdout.decode())
    assert blob[:2] == epoch.to_bytes(2, "big")
    return blob
