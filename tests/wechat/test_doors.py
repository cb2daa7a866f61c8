"""Both doors against the sandbox: every verb does at the other end what its name says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from kernel import clock, settings
from tests.waiting import until
from tests.wechat.loopback import Loopback
from tests.wechat.world import World, reached
from wechat import events, faults
from wechat.shapes import Button, Choice, Link


async def test_fans_are_known_one_by_one_in_batches_and_as_a_whole(world: World) -> None:
    one = await world.account.fan(world.fans[0])
    assert one.follows
    assert one.unionid
    assert one.followed_at is not None
    assert [fan.openid for fan in await world.account.fans(world.fans)] == world.fans
    everyone = await world.account.all_openids()
    assert set(everyone.items) == set(world.fans)
    assert everyone.cursor == ""
    await world.control.act("fan.unsubscribe", openid=world.fans[0])
    assert not (await world.account.fan(world.fans[0])).follows
    with pytest.raises(faults.Never, match="openid_invalid"):
        await world.account.fan("oNobody")


async def test_customer_service_messages_arrive_inside_the_window_only(world: World) -> None:
    openid = world.fans[0]
    await world.control.act("fan.message", openid=openid, text="在吗")
    await world.account.send_text(openid, "您好，请问有什么可以帮您？")
    await world.account.send_link(openid, Link("活动报名", "https://h5.example.test/e/1", "本周六沙龙"))
    await world.account.send_choices(openid, "是否参加？", [Choice("1", "参加"), Choice("2", "不参加")], "请选择")
    assert await reached(world, kind="custom") == {openid: 3}
    await world.control.clock(advance=49 * 3600)
    with pytest.raises(faults.Never, match="window_closed"):
        await world.account.send_text(openid, "还在吗")


async def test_a_service_notice_is_confirmed_by_callback_and_sent_once(world: World) -> None:
    fields = {"thing1": "年末沙龙", "time2": "2026-12-01 14:00", "thing3": "请准时到场"}
    template = settings.get().oa_template_id
    openid = world.fans[0]
    first = await world.account.send_template(openid, template, fields, "https://h5.example.test/", once="send-1")
    again = await world.account.send_template(openid, template, fields, once="send-1")
    assert first == again != ""
    await until(lambda: [one for one in world.heard if isinstance(one, events.TemplateSendFinished)])
    finished = next(one for one in world.heard if isinstance(one, events.TemplateSendFinished))
    assert (finished.msg_id, finished.outcome, finished.openid) == (first, "delivered", openid)
    assert await reached(world, kind="template") == {openid: 1}
    with pytest.raises(faults.Blocked, match="template_invalid"):
        await world.account.send_template(openid, "unknown", fields)


async def test_a_code_with_a_scene_is_told_when_scanned(world: World) -> None:
    code = await world.account.make_qr("salon2026", 3600)
    assert code.seconds == 3600
    assert code.url.startswith("http")
    async with aiohttp.ClientSession() as http, http.get(code.picture_url) as picture:
        assert picture.content_type == "image/png"
    await world.control.act("fan.scan", openid=world.fans[0], ticket=code.ticket)
    await world.control.act("fan.scan", ticket=code.ticket)
    await until(lambda: len(world.heard) >= 2)
    scanned, followed = sorted(world.heard, key=lambda event: isinstance(event, events.Followed))
    assert isinstance(scanned, events.Scanned)
    assert isinstance(followed, events.Followed)
    assert scanned.scene == followed.scene == "salon2026"
    assert (await world.account.make_qr("wall", 0)).seconds == 0


async def test_clients_and_staff_sign_in_with_a_code_that_works_once(world: World) -> None:
    code = await world.sign_in(world.account.sign_in_url("http://127.0.0.1/back?a=1", "st"), world.fans[0])
    assert (await world.account.openid_of(code)).openid == world.fans[0]
    with pytest.raises(faults.Never, match="code_used"):
        await world.account.openid_of(code)
    with pytest.raises(faults.Never, match="code_invalid"):
        await world.account.openid_of("made-up")
    address = world.account.sign_in_url("http://127.0.0.1/back", "st", with_unionid=True)
    assert (await world.account.openid_of(await world.sign_in(address, world.fans[0]))).unionid
    staff = await world.corp.member_of(await world.sign_in(world.corp.sign_in_url("http://127.0.0.1/", "st"), "li.na"))
    assert (staff.userid, staff.external_userid) == ("li.na", "")
    scanned = await world.sign_in(world.corp.scan_sign_in_url("http://127.0.0.1/", "st"), "zhang.wei")
    assert (await world.corp.member_of(scanned)).userid == "zhang.wei"
    with pytest.raises(faults.Never):
        await world.corp.member_of(scanned)


async def test_staff_clients_tags_and_notes_are_read_and_changed(world: World) -> None:
    assert await world.corp.staff_ids() == ["zhang.wei", "li.na"]
    assert await world.corp.follow_users() == ["zhang.wei", "li.na"]
    assert await world.corp.external_ids_of("zhang.wei") == world.clients[:3]
    await world.control.act("member.join", userid="new.one", name="新人")
    assert await world.corp.external_ids_of("new.one") == []
    await world.control.act("tag.create", group="资产", name="黄金")
    tags = await world.corp.corp_tags()
    assert [one.name for one in tags] == ["黄金"]
    tag = tags[0].id
    client = world.clients[0]
    await world.corp.mark_tags("zhang.wei", client, add=[tag])
    await world.corp.mark_tags("zhang.wei", client)
    await world.corp.remark("zhang.wei", client, remark="王女士", description="关注存款")
    contact = await world.corp.contact(client)
    assert (contact.name, contact.uses) == ("王芳", "wechat")
    relation = contact.relations[0]
    assert (relation.userid, relation.remark, relation.description) == ("zhang.wei", "王女士", "关注存款")
    assert relation.tag_ids == (tag,)
    page = await world.corp.contacts_of(["zhang.wei", "li.na"])
    assert [one.external_userid for one in page.items] == world.clients
    assert page.items[0].relations[0].tag_ids == (tag,)
    assert page.cursor == ""
    with pytest.raises(faults.Never, match="contact_invalid"):
        await world.corp.contact("wmNobody")


async def test_a_new_contact_is_greeted_once_and_in_time(world: World) -> None:
    added = await world.control.act("client.add", userid="li.na", name="孙丽", state="branch-01")
    await until(lambda: world.heard)
    event = world.heard[0]
    assert isinstance(event, events.ContactAdded)
    assert (event.userid, event.state, event.external_userid) == ("li.na", "branch-01", added["external_userid"])
    await world.corp.send_welcome(event.welcome_code, "您好", [Link("礼遇", "https://h5.example.test/")])
    assert await reached(world, kind="welcome") == {event.external_userid: 1}
    with pytest.raises(faults.Done, match="welcome_sending"):
        await world.corp.send_welcome(event.welcome_code, "您好")
    late = await world.control.act("client.add", userid="li.na", name="周杰")
    await world.control.clock(advance=21)
    with pytest.raises(faults.Never, match="welcome_late"):
        await world.corp.send_welcome(late["welcome_code"], "您好")


async def test_a_group_is_listed_shown_and_its_changes_chain_with_its_version(world: World) -> None:
    assert (await world.corp.group_ids()).items == (world.chat,)
    assert (await world.corp.group_ids(owners=["li.na"])).items == ()
    before = await world.corp.group(world.chat)
    assert (before.name, before.owner) == ("贵宾客户交流群", "zhang.wei")
    assert {one.id for one in before.members if not one.is_staff} == set(world.clients[:3])
    assert any(one.name == "王芳" for one in before.members)
    await world.control.act("group.join", chat_id=world.chat, ids=world.clients[3:], scene=3)
    await until(lambda: world.heard)
    changed = world.heard[0]
    assert isinstance(changed, events.GroupChanged)
    assert set(changed.members) == set(world.clients[3:])
    assert (changed.join_scene, changed.last_mem_ver) == (3, before.member_version)
    after = await world.corp.group(world.chat)
    assert after.member_version == changed.cur_mem_ver
    assert len(after.members) == len(before.members) + 2
    with pytest.raises(faults.Never, match="group_invalid"):
        await world.corp.group("wrNone")


async def test_staff_are_told_and_those_who_cannot_be_are_named(world: World) -> None:
    assert await world.corp.send_staff_text(["zhang.wei", "nobody"], "请确认群发") == ["nobody"]
    assert await reached(world, kind="staff") == {"zhang.wei": 1}
    with pytest.raises(faults.Never, match="nobody_reachable"):
        await world.corp.send_staff_text(["nobody"], "请确认群发")


async def test_a_livestream_is_booked_changed_watched_and_counted(world: World) -> None:
    starts = clock.now().replace(microsecond=0) + timedelta(minutes=10)
    living = await world.corp.create_living("zhang.wei", "年末理财直播", starts, 3600, "嘉宾分享", 300)
    await world.corp.modify_living(living, theme="岁末理财直播")
    booked = await world.corp.living(living)
    assert (booked.theme, booked.anchor, booked.status) == ("岁末理财直播", "zhang.wei", "booked")
    assert (booked.starts_at, booked.seconds) == (starts, 3600)
    assert await world.corp.living_code(living, world.fans[0])
    await world.control.act("live.reserve", livingid=living, ids=world.clients)
    await world.control.act("live.start", livingid=living)
    await world.control.act("live.watch", livingid=living, ids=world.clients[:2], seconds=700, comment=True)
    await world.control.act("live.end", livingid=living)
    watched = await world.corp.living_watchers(living)
    facts = {one.id: (one.seconds, one.commented, one.is_staff) for one in watched.items}
    assert facts == dict.fromkeys(world.clients[:2], (700, True, False))
    assert watched.cursor == ""
    ended = await world.corp.living(living)
    assert (ended.status, ended.viewers, ended.reserved, ended.comments) == ("ended", 2, 5, 2)
    await until(lambda: len(world.heard) >= 2)
    assert {one.status for one in world.heard if isinstance(one, events.LivestreamChanged)} == {"live", "ended"}
    other = await world.corp.create_living("zhang.wei", "取消的", starts, 600)
    await world.corp.cancel_living(other)
    assert (await world.corp.living(other)).status == "cancelled"


async def test_revoked_tokens_are_replaced_without_the_caller_noticing(world: World) -> None:
    await world.corp.follow_users()
    await world.account.all_openids()
    await world.control.revoke_tokens()
    assert await world.corp.follow_users()
    assert (await world.account.all_openids()).items


async def test_the_menu_is_sent_in_the_platforms_form(platform: Loopback, account_door: Any) -> None:
    page, tap = Button("官网", url="https://h5.example.test/"), Button("权益", key="BENEFITS")
    await account_door().set_menu([Button("服务", entries=(page, tap)), tap])
    body = platform.calls("/cgi-bin/menu/create")[0].body.decode()
    assert '"sub_button": [{"type": "view", "name": "官网"' in body
    assert '{"type": "click", "name": "权益", "key": "BENEFITS"}' in body
