"""What we write in WeCom ourselves is known here at once, though no callback tells of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from community.clients import handing_over, noting, portrait, profiles, remarks
from community.clients.mirror_models import ContactTag, CorpTag, Transfer
from community.clients.models import Client, Contact, TimelineEntry
from community.groups import ways_in
from community.groups.models import Group, JoinWay
from community.reconciling import running
from kernel import clock
from kernel.errors import NotFound, Refused
from staff.models import AuditEntry, Staff
from wechat.sandbox.client import Sandbox

CORP = "wwtest0000000001"


@pytest.fixture
async def contact(sandbox: Sandbox) -> Contact:
    """One member's contact, read by a pass, with two tags in the library."""
    for userid, name in (("zhang.wei", "张伟"), ("li.na", "李娜")):
        await sandbox.act("member.join", userid=userid, name=name)
        await Staff.create(login=userid, name=name, role="director", wecom_userid=userid)
    await sandbox.act("client.add", userid="zhang.wei", name="王芳", welcome=False)
    for name in ("金", "基"):
        await sandbox.act("tag.create", group="等级", name=name)
    await running.run("tags", "contacts")
    return await Contact.get()


async def heard(sandbox: Sandbox) -> int:
    return len(await sandbox.callbacks(limit=1000))


async def test_tags_and_remarks_that_we_give_are_here_without_a_callback(sandbox: Sandbox, contact: Contact) -> None:
    by = await Staff.get(login="zhang.wei")
    gold, fund = [(await CorpTag.get(name=name)).wecom_id for name in ("金", "基")]
    before = await heard(sandbox)
    await noting.tag(contact.id, add=[gold, fund], by=by)
    await noting.tag(contact.id, remove=[fund], by=by)
    await noting.remark(contact.id, "王女士", by=by)
    with pytest.raises(Refused):
        await noting.remark(contact.id, "太长" * 11, by=by)
    assert await heard(sandbox) == before
    assert (await portrait.show(contact.client_id)).tags == ("金",)
    kept = await Contact.get(id=contact.id)
    assert remarks.read(kept.id, kept.remark_sealed) == "王女士"
    (told,) = (await sandbox.people("relations"))["relations"]
    assert (told["tags"], told["remark"]) == ([gold], "王女士")
    (run,) = await running.run("contacts")
    assert (run.changed, await ContactTag.all().count()) == (0, 1), "a pass finds nothing to mend"
    await profiles.read_contact(contact.id)
    await noting.add_tags(CORP, ["银"], "等级", by=by)
    silver = (await CorpTag.get(name="银")).wecom_id
    await noting.tag(contact.id, add=[silver], by=by)
    await noting.rename_tag(CORP, silver, "白银", by=by)
    assert (await portrait.show(contact.client_id)).tags == ("白银", "金")
    await noting.delete_tags(CORP, [silver], by=by)
    assert (await portrait.show(contact.client_id)).tags == ("金",)
    assert await AuditEntry.filter(action="contact.tagged").count() == 3
    with pytest.raises(NotFound):
        await noting.remark(contact.id + 99, "无", by=by)


async def test_a_transfer_is_asked_followed_and_done(sandbox: Sandbox, contact: Contact) -> None:
    by = await Staff.get(login="zhang.wei")
    asked = await handing_over.ask([contact.id], "li.na", message="您好", by=by)
    assert (asked.contact_ids, asked.refused) == ([contact.id], [])
    assert (await Transfer.get()).state == "asked"
    assert await handing_over.follow() == 0, "it takes a day"
    await sandbox.clock(advance=25 * 3600)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert await handing_over.follow() == 1
    old, new = await Contact.all().order_by("id")
    assert (old.userid, old.ended_how, new.userid, new.ended_at) == ("zhang.wei", "transfer", "li.na", None)
    client: Any = await Client.get()
    assert client.owner_id == (await Staff.get(login="li.na")).id
    assert await TimelineEntry.filter(kind="contact.transferred").count() == 1


async def test_codes_and_owners_of_groups_are_known_here_at_once(sandbox: Sandbox, contact: Contact) -> None:
    by = await Staff.get(login="zhang.wei")
    for place in range(2):
        await sandbox.act("group.create", owner="zhang.wei", chat_id=f"wr{place}", name=f"{place}")
    await running.run("groups")
    way, picture = await ways_in.make(CORP, ["wr0"], state="lobby", note="大堂", by=by)
    assert picture
    await ways_in.change(way.id, ["wr0", "wr1"], by=by)
    assert (await JoinWay.get()).chat_ids == ["wr0", "wr1"]
    await ways_in.end(way.id, by=by)
    with pytest.raises(NotFound):
        await ways_in.end(way.id, by=by)
    with pytest.raises(Refused):
        await ways_in.make(CORP, [], by=by)
    first = await Group.get(chat_id="wr0")
    assert await ways_in.hand_over([first.id], "li.na", by=by) == {}
    assert (await Group.get(id=first.id)).owner_userid == "li.na"
