"""Moments: a job makes one, members publish it, clients see so many a day, like and comment."""

from __future__ import annotations

from typing import Any

PATH = "externalcontact"
TEXT = {"text": {"content": "秋季沙龙"}}


async def make(play: Any, **fields: Any) -> str:
    made = await play.wx(f"{PATH}/add_moment_task", {**TEXT, **fields})
    assert made["errcode"] == 0, made
    done = await play.wx(f"{PATH}/get_moment_task_result", jobid=made["jobid"])
    assert done["status"] == 3
    return str(done["result"]["moment_id"])


async def test_a_job_is_begun_then_done_then_forgotten(play: Any) -> None:
    await play.ctl.seed("small")
    await play.ctl.switches(dispatching_s=60)
    job = (await play.wx(f"{PATH}/add_moment_task", TEXT))["jobid"]
    assert (await play.wx(f"{PATH}/get_moment_task_result", jobid=job))["status"] == 1
    await play.ctl.clock(advance=61)
    assert (await play.wx(f"{PATH}/get_moment_task_result", jobid=job))["status"] == 3
    await play.ctl.clock(advance=86_400)
    play.tokens.clear()
    assert (await play.wx(f"{PATH}/get_moment_task_result", jobid=job))["errcode"] == 40058


async def test_members_publish_and_clients_react(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    moment = await make(play)
    asked = {"moment_id": moment, "userid": "li.na"}
    assert (await play.wx(f"{PATH}/get_moment_customer_list", asked))["errcode"] == 41062
    await play.ctl.act("member.publish_moment", userid="li.na")
    shown = await play.wx(f"{PATH}/get_moment_send_result", asked)
    assert [row["external_userid"] for row in shown["customer_list"]] == clients[3:]
    pair = {"moment_id": moment, "userid": "li.na", "external_userid": clients[3]}
    await play.ctl.act("client.like", **pair)
    await play.ctl.act("client.comment", **pair, text="几点开始")
    told = await play.wx(f"{PATH}/get_moment_comments", asked)
    assert (len(told["like_list"]), told["comment_list"][0]["external_userid"]) == (1, clients[3])
    assert (await play.ctl.reached(kind="moment"))["persons"] == 2
    now = int((await play.ctl.clock())["now"])
    span = {"start_time": now - 60, "end_time": now + 60}
    listed = (await play.wx(f"{PATH}/get_moment_list", span))["moment_list"]
    assert [(row["moment_id"], row["text"]["content"]) for row in listed] == [(moment, "秋季沙龙")]


async def test_the_range_names_members_and_tags(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    tag = await play.ctl.act("tag.create", group="等级", name="金卡")
    pair = {"userid": "zhang.wei", "external_userid": seeded["externals"][1]}
    await play.wx(f"{PATH}/mark_tag", {**pair, "add_tag": [tag["id"]]})
    wanted = {"sender_list": {"user_list": ["zhang.wei", "ghost"]}, "external_contact_list": {"tag_list": [tag["id"]]}}
    moment = await make(play, visible_range=wanted)
    await play.ctl.act("member.publish_moment")
    asked = {"moment_id": moment, "userid": "zhang.wei"}
    shown = (await play.wx(f"{PATH}/get_moment_customer_list", asked))["customer_list"]
    assert [row["external_userid"] for row in shown] == [seeded["externals"][1]]
    assert (await play.wx(f"{PATH}/get_moment_comments", {**asked, "userid": "li.na"}))["errcode"] == 41061


async def test_a_cancelled_moment_is_not_published(play: Any) -> None:
    await play.ctl.seed("small")
    moment = await make(play)
    await play.ctl.act("member.publish_moment", userid="li.na")
    await play.wx(f"{PATH}/cancel_moment_task", {"moment_id": moment})
    assert (await play.ctl.act("member.publish_moment"))["published"] == []
    assert (await play.ctl.reached(kind="moment"))["persons"] == 2


async def test_a_client_sees_three_a_day_and_a_corp_makes_ten_a_minute(play: Any) -> None:
    await play.ctl.seed("small")
    await play.ctl.clock(set="2026-03-02T10:00:05", freeze=True)
    for _ in range(10):
        await make(play)
    assert (await play.wx(f"{PATH}/add_moment_task", TEXT))["errcode"] == 45009
    await play.ctl.act("member.publish_moment")
    assert (await play.ctl.reached(kind="moment"))["most"] == 3


async def test_content_has_its_limits(play: Any) -> None:
    await play.ctl.seed("small")
    image = {"msgtype": "image", "image": {"media_id": "gone"}}
    link = {"msgtype": "link", "link": {"title": "t", "url": "http://127.0.0.1"}}
    wrong: dict[int, dict[str, Any]] = {
        40058: {"text": {"content": ""}},
        45002: {"text": {"content": "长" * 2001}},
        41064: {"attachments": [link, link]},
        41065: {"attachments": [{"msgtype": "gif", "gif": {}}]},
        40007: {"attachments": [image]},
        41048: {"visible_range": {"sender_list": {"user_list": ["ghost"]}}},
    }
    for code, fields in wrong.items():
        assert (await play.wx(f"{PATH}/add_moment_task", {**TEXT, **fields}))["errcode"] == code
