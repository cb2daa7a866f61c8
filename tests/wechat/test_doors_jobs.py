"""Jobs of members through the WeCom door: made, confirmed, read, found again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import clock
from tests.wechat.world import World
from wechat import faults
from wechat.shapes import Link, Media, MiniProgram


async def test_a_group_message_goes_from_job_to_result(world: World) -> None:
    began = clock.now() - timedelta(minutes=1)
    media = await world.corp.upload_media(b"picture bytes", "海报.png", "image")
    parts = (
        Media("image", media),
        Link("活动", "https://h5.example.test/"),
        MiniProgram("小程序", "wx2", "pages/a", media),
    )
    ids = [*world.clients, "wmNobody"]
    job = await world.corp.create_group_message("single", text="周六沙龙", external_userids=ids, attachments=parts)
    assert job.failed == ("wmNobody",)
    tasks = await world.corp.group_message_tasks(job.msgid)
    assert {one.userid: one.has_sent for one in tasks.items} == {"zhang.wei": False, "li.na": False}
    await world.corp.remind_group_message(job.msgid)
    await world.control.act("member.confirm_groupmsg", userid="zhang.wei")
    results = await world.corp.group_message_results(job.msgid, "zhang.wei")
    assert {one.target: one.outcome for one in results.items} == dict.fromkeys(world.clients[:3], "sent")
    assert all(one.sent_at for one in results.items)
    await world.corp.cancel_group_message(job.msgid)
    await world.control.act("member.confirm_groupmsg", userid="li.na")
    waiting = await world.corp.group_message_results(job.msgid, "li.na")
    assert {one.outcome for one in waiting.items} == {"waiting"}
    listed = await world.corp.list_group_messages(began, clock.now() + timedelta(minutes=1), "single")
    assert [(one.msgid, one.text) for one in listed.items] == [(job.msgid, "周六沙龙")]
    group = await world.corp.create_group_message("group", text="群通知", sender="zhang.wei", chat_ids=[world.chat])
    await world.control.act("member.confirm_groupmsg", userid="zhang.wei")
    sent = await world.corp.group_message_results(group.msgid, "zhang.wei")
    assert [(one.target, one.outcome) for one in sent.items] == [(world.chat, "sent")]


async def test_a_job_that_is_still_dispatched_is_asked_about_later(world: World) -> None:
    await world.control.switches(dispatching_s=60)
    job = await world.corp.create_group_message("single", text="您好", external_userids=world.clients[:1])
    with pytest.raises(faults.Later, match="dispatching"):
        await world.corp.group_message_tasks(job.msgid)
    with pytest.raises(faults.Never, match="nobody_reachable") as caught:
        await world.corp.create_group_message("single", text="您好", external_userids=["wmNobody"])
    assert caught.value.details["fail_list"] == ["wmNobody"]


async def test_a_job_whose_answer_was_lost_is_found_in_the_list(world: World) -> None:
    began = clock.now() - timedelta(minutes=1)
    await world.control.faults({"path": "*add_msg_template", "kind": "accept_then_reset", "times": 1})
    with pytest.raises(faults.Unknown):
        await world.corp.create_group_message("single", text="只此一次", external_userids=world.clients[:1])
    listed = await world.corp.list_group_messages(began, clock.now() + timedelta(minutes=1), "single")
    assert [one.text for one in listed.items] == ["只此一次"]
