"""Defects of other systems (design: peers.md, section 5), each turned into what must not happen here."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from community.clients.models import Client, Contact, TimelineEntry
from community.groups import upkeep
from community.groups.models import Group, Membership
from community.reconciling import running
from community.reconciling.models import Drift
from kernel import clock
from staff.models import Staff
from tests.webhooks.calling import Caller
from webhooks import tasks
from webhooks.models import Callback
from wechat.sandbox.client import Sandbox

OWNER = "zhang.wei"


@pytest.fixture
async def member(sandbox: Sandbox) -> Staff:
    """One member, known here and in WeCom."""
    await sandbox.act("member.join", userid=OWNER, name="张伟")
    return await Staff.create(login=OWNER, name="张伟", role="director", wecom_userid=OWNER)


async def handle_all() -> None:
    ids: list[int] = await Callback.all().order_by("id").values_list("id", flat=True)  # type: ignore[assignment]
    await tasks.handle_callbacks.now(ids)
    assert await Callback.exclude(state="handled").count() == 0


async def age() -> None:
    day = clock.now() - timedelta(days=1)
    await Contact.all().update(added_at=day, created_at=day)
    await Group.all().update(created_at=day, read_at=day)


async def test_peer_1_two_clients_added_in_one_second_to_one_member_are_two_clients(member: Staff, db: None) -> None:
    wechat, at = Caller(), int(time.time())
    added = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": OWNER}
    for external in ("wmfirst", "wmsecond"):
        await wechat.corp_event(at, **added, ExternalUserID=external)
    joined = {"Event": "change_external_chat", "ChangeType": "update", "ChatId": "wr1", "UpdateDetail": "add_member"}
    for place, external in enumerate(("wmfirst", "wmsecond")):
        versions = {"LastMemVer": f"v{place}", "CurMemVer": f"v{place + 1}"}
        await wechat.corp_event(at, **joined, MemChangeList={"Item": [external]}, **versions)
    assert await Callback.all().count() == 4
    await Group.create(corpid="wwtest0000000001", chat_id="wr1", member_version="v0", read_at=clock.now())
    await handle_all()
    assert await Client.all().count() == 2
    assert await Contact.all().count() == 2
    assert await Membership.filter(left_at=None).count() == 2


async def test_peer_2_one_body_three_times_has_one_effect(member: Staff, db: None) -> None:
    wechat, at = Caller(), int(time.time())
    added = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": OWNER}
    accepted = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": 0}
    for _ in range(3):
        await wechat.corp_event(at, **added, ExternalUserID="wmonce")
        await wechat.account_event(
            "o1", at, Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": [accepted]}
        )
    await handle_all()
    await handle_all()
    assert (await Contact.get(external_userid="wmonce")).times_added == 1
    assert await TimelineEntry.filter(kind="contact.added").count() == 1
    assert await TimelineEntry.filter(kind="subscription.accepted").count() == 1


@pytest.mark.parametrize("is_full", [True, False])
async def test_peer_9_one_members_list_fails_and_no_client_is_lost(
    sandbox: Sandbox, member: Staff, is_full: bool
) -> None:
    for name in ("甲", "乙"):
        await sandbox.act("client.add", userid=OWNER, name=name)
    await running.run("contacts")
    await age()
    gone = (await Contact.first()).external_userid  # type: ignore[union-attr]
    await sandbox.act("client.delete_member", userid=OWNER, external_userid=gone)
    path = "*batch/get_by_user" if is_full else "*externalcontact/list*"
    await sandbox.faults({"path": path, "kind": "errcode", "errcode": 40003, "times": 10})
    (run,) = await running.run("contacts", is_full=is_full)
    assert (run.state, run.complete, run.removed) == ("failed", False, 0)
    assert await Contact.filter(ended_at=None).count() == 2
    await sandbox.clear_faults()
    (run,) = await running.run("contacts", is_full=is_full)
    assert (run.complete, run.removed) == (True, 1)
    found = await Drift.get(run_id=run.id, what="contact")
    assert (found.kind, found.count, found.mended) == ("missing_there", 1, 1)
    assert gone not in str(found.samples)


async def test_peer_10_of_an_owner_with_150_groups_the_140th_is_followed(sandbox: Sandbox, member: Staff) -> None:
    await sandbox.acts([{"act": "group.create", "owner": OWNER, "chat_id": f"wr{n:03}", "name": f"群{n}"}
                        for n in range(150)])  # fmt: skip
    (run,) = await running.run("groups")
    assert (run.complete, run.seen, await Group.all().count()) == (True, 150, 150)
    await age()
    await sandbox.act("group.rename", chat_id="wr140", name="新名字")
    newcomer = (await sandbox.act("group.join", chat_id="wr140", name="丁"))["ids"][0]
    (run,) = await running.run("groups")
    group = await Group.get(chat_id="wr140")
    assert (run.complete, group.name) == (True, "新名字")
    assert await Membership.exists(group_id=group.id, member_id=newcomer, left_at=None)
    assert (await Drift.get(run_id=run.id, field="name")).count == 1
    assert (await Drift.get(run_id=run.id, what="member")).kind == "missing_here"


async def test_peer_11_a_pass_keeps_the_banks_own_tags_and_notes_of_groups(sandbox: Sandbox, member: Staff) -> None:
    await sandbox.act("group.create", owner=OWNER, chat_id="wr1", name="旧")
    await running.run("groups")
    group = await Group.get()
    await upkeep.label(group.id, ["高净值", "社区店", "高净值"], "由分行维护", by=member)
    await upkeep.set_welcome(group.id, "欢迎", by=member)
    await age()
    await sandbox.act("group.rename", chat_id="wr1", name="新")
    await running.run("groups")
    group = await Group.get()
    assert (group.name, group.local_tags, group.note, group.welcome_text) == (
        "新",
        ["高净值", "社区店"],
        "由分行维护",
        "欢迎",
    )


async def test_peer_18_a_group_missing_from_a_complete_list_is_closed_from_a_partial_one_it_is_not(
    sandbox: Sandbox, member: Staff
) -> None:
    for place in range(3):
        await sandbox.act("group.create", owner=OWNER, chat_id=f"wr{place}", name=f"{place}")
    await running.run("groups")
    await age()
    await sandbox.act("group.dismiss", chat_id="wr1")
    # the list breaks off after it has begun
    await sandbox.faults({"path": "*groupchat/list", "kind": "errcode", "errcode": 60011, "times": 1})
    (run,) = await running.run("groups")
    assert not run.complete
    assert await Group.filter(status="active").count() == 3
    (run,) = await running.run("groups")
    assert (run.complete, run.removed) == (True, 1)
    closed: Any = await Group.get(chat_id="wr1")
    assert (closed.status, closed.dismissed_how) == ("dismissed", "gone")
    assert await Group.filter(status="active").count() == 2


async def test_a_group_that_the_list_leaves_out_and_that_still_exists_stays_open(
    sandbox: Sandbox, member: Staff
) -> None:
    await sandbox.act("group.create", owner=OWNER, chat_id="wr1", name="1")
    await running.run("groups")
    hidden = await Group.create(corpid="wwtest0000000001", chat_id="wr1-x", created_at=clock.now() - timedelta(days=2))
    await sandbox.act("group.create", owner=OWNER, chat_id="wr2", name="2")
    # it is not on the list, and asked for by itself WeCom only says that we may not see it
    await sandbox.faults({"path": "*groupchat/get", "kind": "errcode", "errcode": 40003, "times": 1, "after": 2})
    (run,) = await running.run("groups")
    assert run.complete
    assert (await Group.get(id=hidden.id)).status == "active"
    lost = await Drift.get(run_id=run.id, what="group", kind="missing_there")
    assert (lost.count, lost.mended) == (1, 0)
