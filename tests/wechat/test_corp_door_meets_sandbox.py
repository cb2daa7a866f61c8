"""Our own WeCom door and the sandbox, made by different hands from the same facts, understand each other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import clock
from tests.waiting import until
from tests.wechat.world import World
from wechat import faults
from wechat.corp_events import CardTapped
from wechat.shapes import Link, Media
from wechat.wecom.shapes import Card, ContactWay, JoinWay

PNG = b"\x89PNG" + b"0" * 200


async def test_ways_in_are_made_read_changed_and_closed(world: World) -> None:
    corp = world.corp
    made = await corp.add_contact_way(ContactWay(("li.na",), state="lobby", remark="大堂"))
    assert made.qr_url
    came = await world.control.act("client.scan", config_id=made.config_id)
    assert (await corp.contact(came["external_userid"])).relations[0].state == "lobby"
    await corp.change_contact_way(ContactWay(("zhang.wei", "li.na"), state="branch", config_id=made.config_id))
    shown = await corp.contact_way(made.config_id)
    assert (shown.userids, shown.state) == (("zhang.wei", "li.na"), "branch")
    assert (await corp.contact_way_ids()).items == (made.config_id,)
    await corp.close_temporary_chat("li.na", came["external_userid"])
    await corp.delete_contact_way(made.config_id)
    with pytest.raises(faults.WeChatFault):
        await corp.contact_way(made.config_id)
    join = await corp.add_join_way(JoinWay((world.chat,), state="salon", base_name="沙龙"))
    assert (await corp.join_way(join.config_id)).chat_ids == (world.chat,)
    await corp.change_join_way(JoinWay((world.chat,), state="autumn", config_id=join.config_id))
    assert (await corp.join_way(join.config_id)).state == "autumn"
    await corp.delete_join_way(join.config_id)


async def test_links_are_made_and_counted(world: World) -> None:
    corp, today = world.corp, clock.today()
    link = await corp.create_acquisition_link("秋季", userids=["li.na"])
    await world.control.act("link.follow", link_id=link.link_id, channel="customer_channel=wb", chat=True)
    (came,) = (await corp.acquired_contacts(link.link_id)).items
    assert (came.userid, came.has_written, came.state) == ("li.na", True, "customer_channel=wb")
    assert (await corp.acquisition_link_ids()).items == (link.link_id,)
    quota = await corp.acquisition_quota()
    assert quota.total - quota.left == 1
    figures = await corp.acquisition_figures(link.link_id, today, today)
    assert (figures.clicks, figures.contacts) == (1, 1)
    await corp.change_acquisition_link(link.link_id, "冬季", userids=["zhang.wei"])
    assert (await corp.acquisition_link(link.link_id)).name == "冬季"
    await corp.delete_acquisition_link(link.link_id)


async def test_tags_of_the_corp_and_of_a_rule_group(world: World) -> None:
    corp, client = world.corp, world.clients[0]
    group = await corp.add_corp_tags(["金卡", "银卡"], group="等级")
    gold = next(number for number, name in group.tags if name == "金卡")
    with pytest.raises(faults.Done):
        await corp.add_corp_tags(["金卡"], group="等级")
    await corp.mark_tags("zhang.wei", client, add=[gold])
    assert (await corp.contact(client)).relations[0].tag_ids == (gold,)
    await corp.rename_corp_tag(gold, "白金卡")
    await corp.delete_corp_tags([gold])
    assert (await corp.contact(client)).relations[0].tag_ids == ()
    own = await corp.add_corp_tags(["专属"], group="规则", strategy=7)
    assert [one.id for one in await corp.strategy_tags(7)] == [own.id]
    await corp.delete_corp_tags(group_ids=[own.id], strategy=7)
    assert await corp.strategy_tags(7) == []


async def test_clients_and_groups_are_handed_over(world: World) -> None:
    corp = world.corp
    assert await corp.transfer_contacts("zhang.wei", "li.na", [world.clients[0]]) == []
    assert [one.state for one in (await corp.transfer_results("zhang.wei", "li.na")).items] == ["waiting"]
    await world.control.act("transfer.complete")
    assert [one.state for one in (await corp.transfer_results("zhang.wei", "li.na")).items] == ["done"]
    assert [one.errcode for one in await corp.transfer_groups_of_left([world.chat], "li.na")] == [90500]
    await world.control.act("member.leave", userid="zhang.wei")
    waiting = (await corp.unassigned()).items
    assert {one.external_userid for one in waiting} == set(world.clients[1:3])
    assert all(one.left_at for one in waiting)
    assert await corp.transfer_contacts_of_left("zhang.wei", "li.na", world.clients[1:3]) == []
    assert await corp.transfer_groups_of_left([world.chat], "li.na") == []
    assert (await corp.group(world.chat)).owner == "li.na"


async def test_moments_are_posted_by_members_and_heard_of(world: World) -> None:
    corp, now = world.corp, clock.now()
    picture = await corp.upload_attachment(PNG, "a.png", "image", "moment")
    job = await corp.create_moment("秋季沙龙", [Media("image", picture)], userids=["li.na"])
    made = await corp.moment_result(job)
    assert made.state == "made"
    await world.control.act("member.publish_moment")
    assert [(one.userid, one.has_posted) for one in (await corp.moment_tasks(made.moment_id)).items] == [
        ("li.na", True)
    ]
    reached = (await corp.moment_reached(made.moment_id, "li.na")).items
    assert reached == (await corp.moment_clients(made.moment_id, "li.na")).items == tuple(world.clients[3:])
    pair = {"moment_id": made.moment_id, "userid": "li.na", "external_userid": reached[0]}
    await world.control.act("client.comment", **pair)
    voices = await corp.moment_voices(made.moment_id, "li.na")
    assert [one.id for one in voices.comments] == [reached[0]]
    span = (now - timedelta(hours=1), now + timedelta(hours=1))
    assert [one.text for one in (await corp.moments(*span)).items] == ["秋季沙龙"]
    await corp.cancel_moment(made.moment_id)


async def test_members_are_told_in_every_kind(world: World) -> None:
    corp = world.corp
    file = await corp.upload_media(b"%PDF" + b"0" * 100, "a.pdf", "file")
    assert (await corp.download_media(file)).startswith(b"%PDF")
    assert await corp.send_staff_text(["li.na", "ghost"], "您好") == ["ghost"]
    await corp.send_staff_markdown(["li.na"], "**您好**")
    await corp.send_staff_file(["li.na"], "file", file)
    await corp.send_staff_link(["li.na"], Link("标题", "https://h5.example.test/", "说明"))
    await corp.send_staff_news(["li.na"], [Link("标题", "https://h5.example.test/", "说明")])
    await corp.send_staff_mini_program(["li.na"], "wxmini", "pages/index", "客户预约", [("客户", "王女士")])
    buttons = [{"text": "接受", "key": "yes"}]
    fields: dict[str, object] = {"main_title": {"title": "预约"}, "button_list": buttons}
    sent = await corp.send_staff_card(["li.na"], Card("button_interaction", "visit-1", fields))
    await world.control.act("member.tap_card", userid="li.na", task_id="visit-1", key="yes")
    await until(lambda: any(isinstance(one, CardTapped) for one in world.heard))
    await corp.update_staff_card(sent.response_code, button="已接受")
    with pytest.raises(faults.WeChatFault):
        await corp.update_staff_card(sent.response_code, button="已接受")
    await corp.recall_staff_message(sent.msgid)
    assert (await world.control.reached(kind="staff"))["total"] == 7
    assert (await corp.upload_picture(PNG, "a.png")).startswith("https://")


async def test_figures_welcome_texts_and_ids(world: World) -> None:
    corp, today = world.corp, clock.today()
    await world.control.act("client.chat", userid="zhang.wei", external_userid=world.clients[0], messages=4)
    await world.control.act("group.talk", chat_id=world.chat, id=world.clients[0], count=3)
    (mine,) = await corp.staff_figures(today, today, userids=["zhang.wei"])
    assert (mine.chats, mine.messages) == (1, 4)
    (groups,) = await corp.group_figures(["zhang.wei"], today, today)
    assert (groups.owner, groups.messages, groups.members) == ("zhang.wei", 3, 4)
    (day,) = await corp.group_figures_by_day(["zhang.wei"], today, today)
    assert day.messages == 3
    welcome = await corp.add_group_welcome("欢迎")
    await corp.change_group_welcome(welcome, "您好")
    assert await corp.group_welcome(welcome) == "您好"
    await corp.delete_group_welcome(welcome)
    unionid = (await corp.contact(world.clients[0])).unionid
    assert await corp.external_id_of(unionid, "o1") == world.clients[0]
    assert await corp.external_id_of("nobody", "o1") == ""


async def test_the_address_book_and_livestreams(world: World) -> None:
    corp = world.corp
    assert [one.userid for one in await corp.members_of(1)] == ["zhang.wei", "li.na"]
    assert (await corp.member("li.na")).name == "李娜"
    assert [one.name for one in await corp.departments()] == ["总行"]
    assert (await corp.app_view()).name == ""
    assert await corp.callback_addresses() == ["127.0.0.1"]
    starts = clock.now() + timedelta(hours=1)
    living = await corp.create_living("li.na", "开市", starts, 3600)
    await corp.modify_living(living, theme="收市")
    assert (await corp.living(living)).theme == "收市"
    assert await corp.livings_of("li.na") == [living]
    await world.control.act("live.start", livingid=living)
    await world.control.act("live.watch", livingid=living, ids=world.clients)
    assert {one.id for one in (await corp.living_watchers(living)).items} == set(world.clients)
    await world.control.act("live.end", livingid=living)
    await corp.delete_replay(living)
