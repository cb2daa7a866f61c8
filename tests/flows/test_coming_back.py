"""Whoever was erased comes back by an act of their own or of a person, never by a file or a full pass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from community.clients import listing, returning
from community.clients.listing import Pass
from community.clients.models import Client, Contact, ErasedNumber
from community.groups import roster
from community.groups.models import Group, Membership
from community.privacy import erasing, readmitting, requests
from community.privacy.models import PrivacyRequest
from kernel import clock, settings
from kernel.errors import Forbidden, Refused
from loyalty.assets import importing
from loyalty.assets.models import ImportRefusal
from staff.models import AuditEntry, Staff
from tests.flows import remembering
from tests.loyalty import files
from webhooks.official_account import followed, message_received
from webhooks.wecom import contact_added
from wechat.events import ContactAdded, Followed, TextMessage, Unfollowed
from wechat.shapes import Contact as Listed
from wechat.shapes import GroupMember, Relation

pytestmark = pytest.mark.usefixtures("db")
NUMBER, OPENID, EXTERNAL = "62甲00000000", "o甲-open0", "wm甲-ext0"


@pytest.fixture
async def erased() -> int:
    """The shell of a client who was erased."""
    people = await remembering.make(1, "甲")
    await erasing.erase(people.ids)
    return people.ids[0]


async def known() -> int:
    """How many clients there are that are not empty shells."""
    return await Client.filter(erased_at=None).count()


async def import_number(path: Path, *rows: list[str]) -> tuple[int, int]:
    run = await importing.import_file(files.write_csv(path, [files.CLIENTS, *rows]), remembering.BANK, "clients")
    return run.rows_accepted, run.rows_refused


ROW = [NUMBER.replace("甲", "A"), "王甲0", "13900000000", "", "", "", "是"]


async def test_the_banks_next_file_does_not_make_them_a_client_again_until_a_person_says_so(tmp_path: Path) -> None:
    assert await import_number(tmp_path / "a.csv", ROW) == (1, 0)
    reviewer = await Staff.create(login="r1", name="复核一", role="reviewer", reach="bank")
    asked = await requests.ask((await Client.get()).id, "erase", "letter", by=reviewer)
    with pytest.raises(Refused, match="已执行"):
        await readmitting.readmit(asked.id, ROW[0], reviewer)
    await erasing.erase([asked.client_id])
    await PrivacyRequest.all().update(state="done")
    broken = [ROW[0], "王甲0", "12345", "", "", "", ""]
    assert await import_number(tmp_path / "b.csv", ROW, ROW, broken, ["62B1", "李四", "", "", "", "", ""]) == (1, 3)
    refused = await ImportRefusal.all()
    assert {(one.code, one.row_sealed) for one in refused} == {("row.erased", None)}, "nothing of the row is kept"
    assert "已要求删除个人信息" in refused[0].message
    with pytest.raises(Refused, match="核对"):
        await readmitting.readmit(asked.id, "62C1", reviewer)
    with pytest.raises(Forbidden):
        await readmitting.readmit(asked.id, ROW[0], await Staff.create(login="d1", name="总", role="director"))
    await readmitting.readmit(asked.id, ROW[0], reviewer)
    assert await AuditEntry.filter(action="privacy.readmitted", subject_id=str(asked.id)).count() == 1
    assert await import_number(tmp_path / "c.csv", ROW) == (1, 0)


async def test_a_fingerprint_is_by_a_key_of_its_own_and_points_at_nobody(erased: int) -> None:
    kept = await ErasedNumber.all()
    assert {one.kind for one in kept} == {"bank_number", "external_id", "openid"}
    assert "client_id" not in ErasedNumber._meta.fields_map
    assert len({one.value for one in kept}) == len(kept)


async def test_a_full_pass_leaves_them_out_and_lets_in_who_added_a_member_since(erased: int) -> None:
    this = Pass(1, settings.get().wecom_corpid, clock.now())
    before = clock.now() - timedelta(days=30)

    def listed(added_at: object) -> Listed:
        relation = Relation(userid="zhang.wei", added_at=added_at, state="", add_way=1, tag_ids=())
        return Listed(external_userid=EXTERNAL, name="王甲0", unionid="", gender=0, relations=(relation,))

    assert (await listing.see(this, [listed(before)])).news == ()
    assert (await known(), await Contact.all().count()) == (0, 0)
    assert len((await listing.see(this, [listed(clock.now() + timedelta(seconds=1))])).news) == 1
    assert await known() == 1
    assert (await listing.see(this, [listed(before)])).news == (), "a client as any other from now on"


async def test_a_groups_own_list_does_not_bring_them_back_and_joining_again_does(erased: int) -> None:
    group = await Group.get()
    old = GroupMember(id=EXTERNAL, is_staff=False, joined_at=clock.now() - timedelta(days=9), join_scene=1)
    await roster._join(group.id, group.corpid, [old])
    assert await known() == 0
    assert not await Membership.filter(member_id=EXTERNAL).exists()
    new = GroupMember(id=EXTERNAL, is_staff=False, joined_at=clock.now() + timedelta(seconds=1), join_scene=1)
    await roster._join(group.id, group.corpid, [new])
    assert await known() == 1


async def test_what_is_told_late_is_no_new_act_and_a_new_one_makes_a_new_client(erased: int) -> None:
    corp, account = settings.get().wecom_corpid, settings.get().oa_appid
    late, now = clock.now() - timedelta(hours=1), clock.now() + timedelta(seconds=1)
    await contact_added.contact_added(ContactAdded("wecom", late, {}, corp, "zhang.wei", EXTERNAL, app=corp))
    await followed.followed(Followed("official_account", late, {}, OPENID, app=account))
    await followed.unfollowed(Unfollowed("official_account", now, {}, OPENID, app=account))
    await message_received.text_received(TextMessage("official_account", late, {}, OPENID, "m1", "在吗", app=account))
    assert await known() == 0
    await followed.followed(Followed("official_account", now, {}, OPENID, app=account))
    assert await known() == 1
    await contact_added.contact_added(ContactAdded("wecom", now, {}, corp, "zhang.wei", EXTERNAL, app=corp))
    assert await known() == 2
    assert not any(one.marketing_consent for one in await Client.filter(erased_at=None))
    assert not await returning.is_kept_away("openid", account, OPENID)
    shell = await Client.get(id=erased)
    assert (shell.name_sealed, shell.source, shell.merged_into_id) == (None, "erased", shell.id)
