"""One person has one client row, however many ids point at them and however many callers meet them at once."""

from __future__ import annotations

import asyncio

from community.clients import consent, identities, portrait, registering, tagging, timeline
from community.clients.models import Client, Identity
from community.clients.registering import ClientRow
from kernel import database
from tests.waiting import until


async def test_the_same_id_is_the_same_client(db: None) -> None:
    first = await identities.find_or_create("openid", "wx1", "o1", source="official_account")
    again = await identities.find_or_create("openid", "wx1", "o1", source="official_account")
    assert first.id == again.id
    assert await identities.client_of("openid", "wx1", "o1") == first.id
    assert await identities.client_of("openid", "wx2", "o1") is None


async def test_twenty_callers_who_meet_a_stranger_at_once_make_one_client(db: None) -> None:
    calls = (identities.find_or_create("openid", "wx1", "o1", source="x", unionid="u1") for _ in range(10))
    more = (identities.find_or_create("external_id", "ww1", "wm1", source="x", unionid="u1") for _ in range(10))
    clients = await asyncio.gather(*calls, *more)
    assert len({client.id for client in clients}) == 1
    assert await Client.all().count() == 1
    assert await Identity.all().count() == 3


async def test_a_unionid_learned_on_both_sides_at_once_joins_them(db: None) -> None:
    fan = await identities.find_or_create("openid", "wx1", "o1", source="x")
    contact = await identities.find_or_create("external_id", "ww1", "wm1", source="x")
    waits = asyncio.Event()

    async def the_contact_is_read() -> None:
        async with database.transaction():
            await identities.learn_unionid(contact.id, "u1")
            waits.set()
            # the fan is read while this is not committed yet
            await until(lambda: database.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted"), seconds=10)

    async def the_fan_is_read() -> None:
        await waits.wait()
        await identities.learn_unionids({fan.id: "u1"})

    await asyncio.gather(the_contact_is_read(), the_fan_is_read())
    assert await identities.survivor_of(fan.id) == await identities.survivor_of(contact.id)


async def test_a_unionid_joins_a_contact_with_the_fan_we_know(db: None) -> None:
    fan = await identities.find_or_create("openid", "wx1", "o1", source="x", unionid="u1")
    contact = await identities.find_or_create("external_id", "ww1", "wm1", source="x", unionid="u1")
    assert fan.id == contact.id


async def test_a_unionid_learned_later_merges_two_clients_with_all_that_points_at_them(db: None) -> None:
    fan = await identities.find_or_create("openid", "wx1", "o1", source="x", unionid="u1")
    contact = await identities.find_or_create("external_id", "ww1", "wm1", source="x")
    await registering.name_if_unknown({contact.id: "王芳"})
    await tagging.add([fan.id, contact.id], "养老")
    await tagging.add([contact.id], "基金")
    await consent.withdraw([contact.id], "message")
    kept = await identities.learn_unionid(contact.id, "u1")
    assert kept == fan.id
    assert await identities.client_of("external_id", "ww1", "wm1") == fan.id
    shown = await portrait.show(fan.id)
    assert shown.name == "王*"
    assert shown.tags == ("养老", "基金") or shown.tags == ("基金", "养老")
    assert shown.opted_out_at is not None
    kinds = [entry.kind for entry in await timeline.entries(fan.id)]
    assert kinds.count("tag.added") == 3
    assert "client.merged" in kinds
    assert await identities.learn_unionid(contact.id, "u1") == fan.id


async def test_an_old_number_of_a_merged_client_leads_to_who_stands_for_them_today(db: None) -> None:
    fan = await identities.find_or_create("openid", "wx1", "o1", source="x", unionid="u1")
    contact = await identities.find_or_create("external_id", "ww1", "wm1", source="x")
    await identities.learn_unionid(contact.id, "u1")
    assert await identities.survivor_of(contact.id) == fan.id
    assert await identities.survivor_of(fan.id) == fan.id


async def test_a_bank_number_makes_the_banks_client_the_one_that_stays(db: None) -> None:
    fan = await identities.find_or_create("openid", "wx1", "o1", source="x")
    saved = await registering.save_many("haiyue", [ClientRow("10086", "李娜", "13812345678")])
    kept = await identities.link_bank_number(fan.id, "haiyue", "10086")
    assert kept == saved.ids["10086"]
    assert await identities.client_of("openid", "wx1", "o1") == kept
    shown = await portrait.show(kept)
    assert (shown.name, shown.phone, shown.bank_numbers) == ("李*", "138****5678", ("**** 0086",))


async def test_nothing_personal_is_readable_in_the_table(db: None) -> None:
    await registering.save_many("haiyue", [ClientRow("6222020200011122233", "欧阳修文", "13812345678")])
    rows = await database.fetch("SELECT c::text AS c, i::text AS i FROM client c JOIN identity i ON i.client_id = c.id")
    text = str(rows)
    assert "欧阳" not in text
    assert "13812345678" not in text
    assert "6222020200011122233" not in text
