"""What WeCom tells us, through the sandbox: contacts, their welcome, groups and their members."""

from __future__ import annotations

from typing import Any

import pytest

from community.clients import identities, timeline
from community.clients import tasks as client_tasks
from community.clients.models import Client, Contact, Fan
from community.groups import tasks as group_tasks
from community.groups.models import Group, Membership
from community.sending import dispatching, ledger
from community.sending.models import Send
from kernel import settings
from staff.models import AuditEntry, Branch, Staff
from tests.webhooks.calling import Caller
from webhooks import tasks
from webhooks.models import Callback
from wechat.sandbox.client import Sandbox


class Line:
    """The sandbox's callbacks brought to the intake and handled; then what the wake-ups would have done."""

    def __init__(self, wechat: Caller, sandbox: Sandbox) -> None:
        self.wechat, self.sandbox = wechat, sandbox
        self.seen: set[int] = set()

    async def settle(self, order: int = 1) -> None:
        """Deliver (order -1: the newest first) and handle what there is, then read what is unread."""
        await self.wechat.deliver(self.sandbox, self.seen)
        ids = await Callback.filter(state="received").order_by("id").values_list("id", flat=True)
        for one in list(ids)[::order]:
            await tasks.handle_callbacks.now([one])  # type: ignore[list-item]
        assert await Callback.exclude(state="handled").count() == 0
        for fan in await Fan.filter(read_at=None):
            await client_tasks.read_fan.now(fan.id)
        for contact in await Contact.filter(read_at=None):
            await client_tasks.read_contact.now(contact.id)
        await group_tasks.read_stale.now()


@pytest.fixture
async def line(wechat: Caller, sandbox: Sandbox) -> Line:
    """Two directors in a branch, known here and in WeCom."""
    branch = await Branch.create(code="sz", name="深圳分行")
    for userid, name in (("zhang.wei", "张伟"), ("li.na", "李娜")):
        await Staff.create(login=userid, name=name, role="director", branch=branch, wecom_userid=userid)
        await sandbox.act("member.join", userid=userid, name=name)
    made = Line(wechat, sandbox)
    await made.settle()
    return made


async def inside(group_id: int) -> set[str]:
    """Who is in the group, as we have it."""
    rows: Any = await Membership.filter(group_id=group_id, left_at=None).values_list("member_id", flat=True)
    return set(rows)


async def test_a_new_contact_is_a_client_with_name_owner_and_a_welcome_that_arrives(line: Line) -> None:
    told = await line.sandbox.act("client.add", userid="zhang.wei", name="王芳", state="branch-42")
    await line.settle()
    client = await Client.get(id=await identities.client_of("external_id", corp(), told["external_userid"]))
    director = await Staff.get(login="zhang.wei")
    assert (client.owner_id, client.branch_id) == (director.id, director.branch_id)
    contact = await Contact.get()
    assert (contact.staff_id, contact.state_param, contact.add_way) == (director.id, "branch-42", 1)
    send = await Send.get()
    assert (send.channel, send.recipient, send.sender_userid) == ("wecom_welcome", told["external_userid"], "zhang.wei")
    assert "张伟" in ledger.body_of(send)
    while await dispatching.dispatch(lane="urgent"):
        pass
    assert (await Send.get()).state == "delivered"
    reached = await line.sandbox.reached(to=told["external_userid"])
    assert reached["total"] == 1
    kinds = [entry.kind for entry in await timeline.entries(client.id)]
    assert sorted(kinds) == ["contact.added", "owner.assigned"]


async def test_the_member_confirming_a_half_add_is_not_greeted_twice(line: Line) -> None:
    told = await line.sandbox.act("client.add", userid="zhang.wei", half=True)
    await line.sandbox.act("client.add", userid="zhang.wei", external_userid=told["external_userid"], again=True)
    await line.settle()
    assert await Send.all().count() == 1
    assert await Client.all().count() == 1


async def test_a_contact_joins_the_fan_we_know_through_the_unionid(line: Line) -> None:
    fan = await line.sandbox.act("fan.subscribe", unionid="un-1")
    await line.settle()
    told = await line.sandbox.act("client.add", userid="li.na", name="刘洋", unionid="un-1")
    await line.settle()
    by_openid = await identities.client_of("openid", settings.get().oa_appid, fan["openid"])
    by_external = await identities.client_of("external_id", corp(), told["external_userid"])
    assert by_openid == by_external
    assert await Client.filter(merged_into_id=None).count() == 1
    kinds = {entry.kind for entry in await timeline.entries(by_openid or 0)}
    assert {"fan.followed", "contact.added", "client.merged"} <= kinds


async def test_who_left_whom_is_told_apart_and_coming_back_is_greeted_again(line: Line) -> None:
    told = await line.sandbox.act("client.add", userid="zhang.wei")
    who = {"userid": "zhang.wei", "external_userid": told["external_userid"]}
    await line.settle()
    await line.sandbox.act("client.delete_member", **who)
    await line.settle()
    assert (await Contact.get()).ended_how == "by_client"
    await line.sandbox.act("client.add", **who, again=True)
    await line.settle()
    contact = await Contact.get()
    assert (contact.ended_at, contact.times_added) == (None, 2)
    assert await Send.filter(channel="wecom_welcome").count() == 2
    await line.sandbox.act("member.delete_client", **who)
    await line.settle()
    assert (await Contact.get()).ended_how == "by_staff"


async def test_a_group_is_known_with_its_members_and_follows_them(line: Line) -> None:
    made = await line.sandbox.act("group.create", owner="zhang.wei", name="贵宾客户交流群")
    await line.settle()
    group = await Group.get()
    assert (group.name, group.owner_userid, group.stale_at) == ("贵宾客户交流群", "zhang.wei", None)
    first = await line.sandbox.act("group.join", chat_id=made["chat_id"], name="王芳")
    second = await line.sandbox.act("group.join", chat_id=made["chat_id"], name="刘洋")
    await line.settle()
    (one,), (two,) = first["ids"], second["ids"]
    assert await inside(group.id) == {"zhang.wei", one, two}
    await line.sandbox.act("group.quit", chat_id=made["chat_id"], id=one)
    await line.settle()
    assert await inside(group.id) == {"zhang.wei", two}
    client_id = await identities.client_of("external_id", corp(), one)
    kinds = [(entry.kind, entry.detail["how"]) for entry in await timeline.entries(client_id or 0)]
    assert kinds == [("group.left", 0), ("group.joined", 3)]
    await line.sandbox.act("group.rename", chat_id=made["chat_id"], name="新名字")
    await line.settle()
    assert (await Group.get()).name == "新名字"
    await line.sandbox.act("group.dismiss", chat_id=made["chat_id"])
    await line.settle()
    assert (await Group.get()).status == "dismissed"
    assert await inside(group.id) == set()


async def test_callbacks_in_the_wrong_order_and_a_lost_one_end_in_the_true_list(line: Line) -> None:
    made = await line.sandbox.act("group.create", owner="zhang.wei")
    await line.settle()
    joined = [await line.sandbox.act("group.join", chat_id=made["chat_id"]) for _ in range(4)]
    await line.sandbox.act("group.quit", chat_id=made["chat_id"], id=joined[0]["ids"][0])
    await line.settle(order=-1)
    group = await Group.get()
    truth = {"zhang.wei", *(one["ids"][0] for one in joined[1:])}
    assert await inside(group.id) == truth
    # one callback never comes; the next one does not follow the version that we have
    await line.sandbox.disorder(drop=1)
    await line.sandbox.act("group.quit", chat_id=made["chat_id"], id=joined[1]["ids"][0])
    lost = await line.sandbox.callbacks(limit=1)
    line.seen.add(lost[0]["id"])
    await line.sandbox.calm()
    await line.sandbox.act("group.quit", chat_id=made["chat_id"], id=joined[2]["ids"][0])
    await line.settle()
    assert await inside(group.id) == {"zhang.wei", joined[3]["ids"][0]}


async def test_member_lists_in_the_older_form_are_read_from_the_group(line: Line) -> None:
    made = await line.sandbox.act("group.create", owner="zhang.wei")
    await line.settle()
    await line.sandbox.disorder(legacy_members=True)
    joined = await line.sandbox.act("group.join", chat_id=made["chat_id"])
    await line.settle()
    assert await inside((await Group.get()).id) == {"zhang.wei", joined["ids"][0]}


async def test_the_owner_is_asked_once_an_hour_to_welcome_and_reads_no_name(line: Line) -> None:
    made = await line.sandbox.act("group.create", owner="zhang.wei", name="群")
    await line.settle()
    for name in ("王芳", "刘洋", "陈静"):
        await line.sandbox.act("group.join", chat_id=made["chat_id"], name=name)
        await line.settle()
    send = await Send.get(channel="staff_message")
    assert send.recipient == "zhang.wei"
    assert "1 位新成员" in ledger.body_of(send)
    assert "王芳" not in ledger.body_of(send)
    assert await Membership.filter(is_client=True, welcomed_at=None).count() == 2, "they wait for the next hour"


async def test_a_colleagues_new_userid_is_followed_and_who_leaves_is_let_go(line: Line) -> None:
    await line.sandbox.act("client.add", userid="zhang.wei")
    await line.settle()
    change = {"Event": "change_contact", "UserID": "zhang.wei"}
    await line.wechat.corp_event(**change, ChangeType="update_user", NewUserID="zhang.wei2")
    await line.wechat.corp_event(Event="change_contact", ChangeType="delete_user", UserID="li.na")
    await line.settle()
    assert (await Contact.get()).userid == "zhang.wei2"
    assert await AuditEntry.filter(action="staff.left_wecom").count() == 1
    gone = await Staff.get(wecom_userid="li.na")
    assert (gone.is_active, gone.left_at is not None) == (False, True)
    assert await AuditEntry.filter(action="staff.let_go", staff_id=None, subject_id=gone.id).count() == 1


def corp() -> str:
    """Our corp id."""
    return settings.get().wecom_corpid
