"""What WeChat knows of a client is read once, and later when WeChat was busy."""

from __future__ import annotations

from datetime import timedelta

from community.clients import contacts, fans, identities, portrait, tasks
from community.clients.models import Client, Contact, Fan, Tag
from kernel import clock, settings
from wechat.sandbox.client import Sandbox


async def a_contact(sandbox: Sandbox) -> Contact:
    """A client of zhang.wei in WeCom, of whom we know the id only."""
    corpid = settings.get().wecom_corpid
    await sandbox.act("member.join", userid="zhang.wei", name="张伟")
    told = await sandbox.act("client.add", userid="zhang.wei", name="王芳", unionid="un-1", gender=2)
    external = told["external_userid"]
    client = await identities.find_or_create("external_id", corpid, external, source="wecom")
    added = await contacts.added(client.id, corpid, "zhang.wei", external, clock.now())
    return await Contact.get(id=added.id)


async def test_a_busy_wecom_leaves_a_contact_unread_until_the_sweep(sandbox: Sandbox) -> None:
    contact = await a_contact(sandbox)
    await sandbox.faults({"path": "*externalcontact/get", "kind": "errcode", "errcode": -1, "times": 50})
    await tasks.read_contact.now(contact.id)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        await tasks.read_unread.now()
    assert await Contact.filter(read_at=None).count() == 1
    await sandbox.clear_faults()
    await tasks.read_unread.now()
    assert await Contact.filter(read_at=None).count() == 1, "the wake-up may still come"
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        await tasks.read_unread.now()
    assert await Contact.filter(read_at=None).count() == 0
    shown = await portrait.show(contact.client_id)
    assert (shown.name, shown.gender) == ("王*", "f")


async def test_somebody_whom_wecom_does_not_know_is_not_asked_for_again(sandbox: Sandbox) -> None:
    corpid = settings.get().wecom_corpid
    client = await identities.find_or_create("external_id", corpid, "wm-nobody", source="wecom")
    added = await contacts.added(client.id, corpid, "x", "wm-nobody", clock.now())
    await tasks.read_contact.now(added.id)
    assert (await Contact.get(id=added.id)).read_at is not None


async def test_a_followers_unionid_joins_them_with_the_contact(sandbox: Sandbox) -> None:
    contact = await a_contact(sandbox)
    await tasks.read_contact.now(contact.id)
    appid = settings.get().oa_appid
    openid = (await sandbox.act("fan.subscribe", unionid="un-1"))["openid"]
    client = await identities.find_or_create("openid", appid, openid, source="official_account")
    await fans.follow(client.id, appid, openid, clock.now())
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        await tasks.read_unread.now()
    assert (await Fan.get(openid=openid)).client_id == contact.client_id
    assert (await Client.get(id=client.id)).merged_into_id == contact.client_id


async def test_tags_of_wecom_are_known_by_name_and_come_with_the_contact(sandbox: Sandbox) -> None:
    contact = await a_contact(sandbox)
    await Tag.create(name="养老")
    pension = await sandbox.act("tag.create", group="兴趣", name="养老")
    funds = await sandbox.act("tag.create", group="兴趣", name="基金")
    await tasks.read_tags.now()
    assert await Tag.all().order_by("id").values_list("name", "wecom_id") == [
        ("养老", pension["id"]),
        ("基金", funds["id"]),
    ]
    # as if it had had another name here, and the new one were taken by a tag of our own
    await Tag.filter(name="基金").update(name="基金定投")
    await Tag.create(name="基金")
    await tasks.read_tags.now()
    named = await Tag.all().order_by("id").values_list("name", "wecom_id")
    assert named == [("养老", pension["id"]), ("基金定投", None), ("基金", funds["id"])]
    who = {"userid": "zhang.wei", "external_userid": contact.external_userid}
    await sandbox.act("member.edit_client", **who, tags=[funds["id"]])
    await tasks.read_contact.now(contact.id)
    await tasks.read_contact.now(contact.id)
    assert (await portrait.show(contact.client_id)).tags == ("基金",)
    await sandbox.act("tag.delete", id=pension["id"])
    await tasks.read_tags.now()
    assert (await Tag.get(name="养老")).wecom_id is None
