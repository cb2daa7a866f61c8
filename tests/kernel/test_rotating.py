"""The data key changes while everything stays readable, and nothing of the old key is left."""

from __future__ import annotations

import asyncpg
import pytest

from community.clients import personal
from community.clients.models import Client
from kernel import database, epochs, keyring, rotating, sealing
from kernel.errors import Refused
from kernel.models import DataKey, KeyRotationColumn
from tests.kernel.rotations import finish, let_time_pass, make_clients, name_of, phone_of, rotate


async def test_every_value_is_sealed_anew_and_reads_as_before(db):
    ids = await make_clients(2500)
    before = keyring.known().current
    rotation = await rotate()
    assert rotation.epoch == keyring.known().current > before
    assert await _epochs() == {"name_sealed": {rotation.epoch: 2500}, "phone_sealed": {rotation.epoch: 2500}}
    for number, client_id in enumerate(ids):
        client = await Client.get(id=client_id) if number % 250 == 0 else None
        if client:
            assert personal.open_name(client_id, client.name_sealed) == name_of(number)
            assert personal.open_phone(client_id, client.phone_sealed) == phone_of(number)
            assert [one.id for one in await Client.filter(phone_index=personal.phone_index(phone_of(number)))] == [
                client_id
            ]


async def test_values_bound_to_a_digest_or_to_a_name_move_too(db):
    digest = "f" * 64
    body = sealing.seal("<xml/>", table="callback", column="body_sealed", row=int(digest[:15], 16))
    await database.execute(
        "INSERT INTO callback (side, app, digest, kind, body_sealed) VALUES ('wecom', 'a', $1, 'k', $2)", digest, body
    )
    token = sealing.seal("token", table="access_token", column="oa:wx1", row=0)
    await database.execute(
        "INSERT INTO access_token (app, token_sealed, expires_at) VALUES ('oa:wx1', $1, now())", token
    )
    rotation = await rotate()
    moved = await database.fetch_value("SELECT body_sealed FROM callback")
    assert moved != body
    assert moved[:2] == rotation.epoch.to_bytes(2, "big")
    assert sealing.unseal(moved, table="callback", column="body_sealed", row=int(digest[:15], 16)) == "<xml/>"
    moved = await database.fetch_value("SELECT token_sealed FROM access_token")
    assert moved != token
    assert sealing.unseal(moved, table="access_token", column="oa:wx1", row=0) == "token"


async def test_a_new_key_is_not_used_before_all_had_time_to_meet_it(db):
    rotation, before = await rotating.begin(None), keyring.known().current
    assert not await rotating.work(0.1)
    await keyring.reread()
    assert keyring.known().current == before
    await finish(rotation)


async def test_the_rotation_does_not_end_before_the_old_key_has_settled(db):
    await make_clients(10)
    rotation = await rotating.begin(None)
    await database.execute("UPDATE data_key SET announced_at = announced_at - interval '1 hour'")
    await rotating.work(5)
    await rotation.refresh_from_db()
    assert rotation.state == "running"
    # a process that had not looked yet writes one more value with the old key
    late = await make_clients(1, start=10)
    old = (await DataKey.filter(state="retired").order_by("-epoch").first()).epoch
    await _seal_with(old, late[0])
    await finish(rotation)
    assert (await _epochs())["name_sealed"] == {rotation.epoch: 11}


async def test_a_change_meanwhile_wins_and_nobody_waits(db, servers):
    (client_id,) = await make_clients(1)
    rotation = await rotating.begin(None)
    await let_time_pass()
    newer = personal.seal_name(client_id, "钱二")
    other = await asyncpg.connect(servers.database)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("UPDATE client SET name_sealed = $2 WHERE id = $1", client_id, newer)
    await rotating.work(5)
    column = await KeyRotationColumn.get(rotation_id=rotation.id, table_name="client", column_name="name_sealed")
    assert (column.done, column.is_through) == (0, True)
    await transaction.commit()
    await other.close()
    await finish(rotation)
    client = await Client.get(id=client_id)
    assert client.name_sealed != newer
    assert personal.open_name(client_id, client.name_sealed) == "钱二"


async def test_pausing_stops_and_resuming_goes_on_where_it_was(db):
    await make_clients(3000)
    rotation = await rotating.begin(None)
    await let_time_pass()
    await rotating.work(0)
    await rotating.pause(rotation.id)
    at = await KeyRotationColumn.filter(rotation_id=rotation.id).order_by("id").values_list("cursor", flat=True)
    assert not await rotating.work(1)
    assert at == await KeyRotationColumn.filter(rotation_id=rotation.id).order_by("id").values_list("cursor", flat=True)
    with pytest.raises(Refused):
        await rotating.begin(None)
    await rotating.resume(rotation.id)
    await finish(rotation)


async def test_a_value_that_does_not_open_is_left_and_named_and_keeps_its_key_from_being_destroyed(db):
    ids = await make_clients(3)
    old = keyring.known().current
    await database.execute(
        "UPDATE client SET name_sealed = set_byte(name_sealed, 20, 255 - get_byte(name_sealed, 20)) WHERE id = $1",
        ids[1],
    )
    rotation = await rotate()
    column = await KeyRotationColumn.get(rotation_id=rotation.id, table_name="client", column_name="name_sealed")
    assert (column.done, column.broken, column.remaining) == (2, 1, 1)
    await let_time_pass()
    with pytest.raises(Refused) as refusal:
        async with database.transaction():
            await epochs.destroy(old)
    assert refusal.value.code == "keys.in_use"


async def test_a_destroyed_key_is_gone_and_only_a_retired_empty_one_can_be(db):
    await make_clients(3)
    old = keyring.known().current
    blob = sealing.seal("x", table="client", column="name", row=1)
    with pytest.raises(Refused):
        async with database.transaction():
            await epochs.destroy(old)
    await rotate()
    await database.execute("UPDATE data_key SET retired_at = now() WHERE epoch = $1", old)
    with pytest.raises(Refused) as refusal:
        async with database.transaction():
            await epochs.destroy(old)
    assert refusal.value.code == "keys.not_settled"
    await let_time_pass()
    assert sealing.unseal(blob, table="client", column="name", row=1) == "x"
    async with database.transaction():
        await epochs.destroy(old)
    assert (await DataKey.get(epoch=old)).wrapped is None
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(blob, table="client", column="name", row=1)


async def test_an_open_transaction_from_before_holds_the_end_back(db, servers, monkeypatch):
    monkeypatch.setattr(rotating, "IS_SETTLED", rotating.IS_SETTLED.replace(rotating.SETTLED, "0 seconds"))
    rotation = await rotating.begin(None)
    other = await asyncpg.connect(servers.database)
    transaction = other.transaction()
    await transaction.start()
    await other.fetch("SELECT 1")
    await let_time_pass()
    await rotating.work(2)
    await rotation.refresh_from_db()
    assert rotation.state == "running"
    await transaction.rollback()
    await other.close()
    await rotating.work(2)
    await rotation.refresh_from_db()
    assert rotation.state == "done"


async def _epochs() -> dict[str, dict[int, int]]:
    found = await epochs.counts()
    return {column.column: numbers for column, numbers in found if column.table == "client"}


async def _seal_with(epoch: int, client_id: int) -> None:
    ring = keyring.known()
    cipher = keyring.opening(epoch.to_bytes(2, "big"), "client")
    assert ring.current != epoch
    assert cipher is not None
    nonce, prefix = b"n" * 12, epoch.to_bytes(2, "big")
    blob = prefix + nonce + cipher.encrypt(nonce, "孙三".encode(), f"client|name|{client_id}".encode())
    await database.execute("UPDATE client SET name_sealed = $2 WHERE id = $1", client_id, blob)
