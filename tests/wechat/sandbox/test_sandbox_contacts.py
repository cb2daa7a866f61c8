"""Clients in WeCom: lists, notes, tags, the welcome within its seconds, and messages to members."""

from __future__ import annotations

from typing import Any

import aiohttp

WELCOME = {"text": {"content": "欢迎您"}}


async def welcome_code(play: Any, **args: Any) -> str:
    return str((await play.ctl.act("client.add", userid="li.na", **args))["welcome_code"])


async def test_members_and_their_clients_are_listed(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    assert (await play.wx("externalcontact/get_follow_user_list"))["follow_user"] == ["zhang.wei", "li.na"]
    mine = (await play.wx("externalcontact/list", userid="zhang.wei"))["external_userid"]
    assert mine == seeded["externals"][:3]
    shown = await play.wx("externalcontact/get", external_userid=mine[0])
    assert shown["external_contact"]["name"] == "王芳"
    assert shown["external_contact"]["unionid"]
    assert [one["userid"] for one in shown["follow_user"]] == ["zhang.wei"]
    assert (await play.wx("externalcontact/get", external_userid="wmNobody"))["errcode"] == 40096
    assert (await play.wx("externalcontact/list", userid="nobody"))["errcode"] == 60111


async def test_batches_by_member_come_page_by_page(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    asked: dict[str, Any] = {"userid_list": ["zhang.wei", "li.na"], "limit": 2}
    found: list[str] = []
    while True:
        told = await play.wx("externalcontact/batch/get_by_user", asked)
        found += [row["external_contact"]["external_userid"] for row in told["external_contact_list"]]
        if not told["next_cursor"]:
            break
        asked["cursor"] = told["next_cursor"]
    assert found == seeded["externals"]
    too_many = {"userid_list": ["x"] * 101}
    assert (await play.wx("externalcontact/batch/get_by_user", too_many))["errcode"] == 40058


async def test_notes_and_tags_belong_to_the_relation(play: Any) -> None:
    client = (await play.ctl.seed("small"))["externals"][0]
    who = {"userid": "zhang.wei", "external_userid": client}
    note = {**who, "remark": "王女士 金卡", "description": "喜欢基金", "remark_mobiles": ["13800000000"]}
    assert (await play.wx("externalcontact/remark", note))["errcode"] == 0
    assert (await play.wx("externalcontact/remark", {**who, "remark": "长" * 21}))["errcode"] == 40058
    made = await play.wx("externalcontact/add_corp_tag", {"group_name": "等级", "tag": [{"name": "金卡"}]})
    tag = made["tag_group"]["tag"][0]["id"]
    assert (await play.wx("externalcontact/mark_tag", {**who, "add_tag": [tag]}))["errcode"] == 0
    assert (await play.wx("externalcontact/mark_tag", {**who, "add_tag": ["etNone"]}))["errcode"] == 40068
    follow = (await play.wx("externalcontact/get", external_userid=client))["follow_user"][0]
    assert (follow["remark"], follow["tags"][0]["tag_name"]) == ("王女士 金卡", "金卡")
    assert (await play.wx("externalcontact/get_corp_tag_list", {}))["tag_group"][0]["group_name"] == "等级"
    again = await play.wx("externalcontact/add_corp_tag", {"group_name": "等级", "tag": [{"name": "金卡"}]})
    assert again["errcode"] == 40071
    stranger = {"userid": "li.na", "external_userid": client, "add_tag": [tag]}
    assert (await play.wx("externalcontact/mark_tag", stranger))["errcode"] == 84061


async def test_changes_by_the_api_cause_no_callbacks(heard_play: Any, listener: Any) -> None:
    client = (await heard_play.ctl.seed("small"))["externals"][0]
    note = {"userid": "zhang.wei", "external_userid": client, "remark": "x"}
    await heard_play.wx("externalcontact/remark", note)
    await heard_play.ctl.settle()
    assert listener.heard == []


async def test_a_welcome_is_sent_once_and_reaches_the_client(play: Any) -> None:
    await play.ctl.seed("small")
    told = await play.ctl.act("client.add", userid="li.na")
    body = {"welcome_code": told["welcome_code"], **WELCOME}
    assert (await play.wx("externalcontact/send_welcome_msg", body))["errcode"] == 0
    assert (await play.wx("externalcontact/send_welcome_msg", body))["errcode"] == 41096
    assert (await play.ctl.reached(kind="welcome"))["people"] == {told["external_userid"]: {"welcome": 1}}


async def test_a_welcome_after_twenty_seconds_is_too_late(play: Any) -> None:
    await play.ctl.seed("small")
    await play.ctl.clock(freeze=True)
    early, late = await welcome_code(play), await welcome_code(play)
    await play.ctl.clock(advance=19)
    assert (await play.wx("externalcontact/send_welcome_msg", {"welcome_code": early, **WELCOME}))["errcode"] == 0
    await play.ctl.clock(advance=1)
    assert (await play.wx("externalcontact/send_welcome_msg", {"welcome_code": late, **WELCOME}))["errcode"] == 41050


async def test_a_welcome_is_refused_once_they_have_talked(play: Any) -> None:
    await play.ctl.seed("small")
    told = await play.ctl.act("client.add", userid="li.na")
    await play.ctl.act("client.chat", userid="li.na", external_userid=told["external_userid"])
    body = {"welcome_code": told["welcome_code"], **WELCOME}
    assert (await play.wx("externalcontact/send_welcome_msg", body))["errcode"] == 41051


async def test_groups_are_listed_and_shown_with_their_version(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    listed = (await play.wx("externalcontact/groupchat/list", {"limit": 10}))["group_chat_list"]
    assert [one["chat_id"] for one in listed] == seeded["groups"]
    asked = {"chat_id": seeded["groups"][0], "need_name": 1}
    before = (await play.wx("externalcontact/groupchat/get", asked))["group_chat"]
    assert [row["name"] for row in before["member_list"]] == ["张伟", "王芳", "刘洋", "陈静"]
    moved = await play.ctl.act("group.quit", chat_id=seeded["groups"][0], id=seeded["externals"][0])
    after = (await play.wx("externalcontact/groupchat/get", asked))["group_chat"]
    assert after["member_version"] == moved["member_version"] != before["member_version"]
    assert len(after["member_list"]) == 3


async def test_a_group_may_lag_behind_its_event(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    await play.ctl.switches(lag_ms=60_000)
    moved = await play.ctl.act("group.quit", chat_id=seeded["groups"][0], id=seeded["externals"][0])
    asked = {"chat_id": seeded["groups"][0]}
    old = (await play.wx("externalcontact/groupchat/get", asked))["group_chat"]
    assert old["member_version"] != moved["member_version"]
    await play.ctl.clock(advance=61)
    new = (await play.wx("externalcontact/groupchat/get", asked))["group_chat"]
    assert new["member_version"] == moved["member_version"]


async def test_messages_to_members_beyond_thirty_a_minute_vanish(play: Any) -> None:
    await play.ctl.seed("small")
    for turn in range(32):
        body = {"touser": "li.na|ghost", "agentid": 1000002, "msgtype": "text", "text": {"content": f"提醒{turn}"}}
        told = await play.wx("message/send", body)
        assert (told["errcode"], told["invaliduser"]) == (0, "ghost")
    assert (await play.ctl.reached(kind="staff"))["people"] == {"li.na": {"staff": 30}}
    body = {"touser": "ghost", "agentid": 1000002, "msgtype": "text", "text": {"content": "x"}}
    assert (await play.wx("message/send", body))["errcode"] == 81013
    other = {"touser": "li.na", "agentid": 5, "msgtype": "text", "text": {"content": "x"}}
    assert (await play.wx("message/send", other))["errcode"] == 301002


async def test_media_live_three_days(play: Any) -> None:
    await play.ctl.seed("small")
    token = await play.wx_token()

    async def upload(data: bytes) -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("media", data, filename="poster.png", content_type="image/png")
        url, query = f"{play.url}/wx/cgi-bin/media/upload", {"access_token": token, "type": "image"}
        async with play.http.post(url, params=query, data=form) as answer:
            return dict(await answer.json(content_type=None))

    assert (await upload(b"x"))["errcode"] == 44001
    media = (await upload(b"\x89PNG" + b"0" * 5000))["media_id"]
    image = {"attachments": [{"msgtype": "image", "image": {"media_id": media}}]}
    first = await welcome_code(play)
    assert (await play.wx("externalcontact/send_welcome_msg", {"welcome_code": first, **image}))["errcode"] == 0
    await play.ctl.clock(advance=3 * 86_400 + 1)
    play.tokens.clear()
    late = await welcome_code(play)
    assert (await play.wx("externalcontact/send_welcome_msg", {"welcome_code": late, **image}))["errcode"] == 40007
