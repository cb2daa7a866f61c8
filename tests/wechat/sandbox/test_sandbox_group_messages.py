"""Group messages: tasks for members, sent only when they confirm, read back only by polling."""

from __future__ import annotations

from typing import Any

BODY = {"text": {"content": "本周六沙龙，欢迎参加"}}
FILTERED = (("等级", "金卡"), ("等级", "银卡"), ("来源", "网点"))


async def create(play: Any, clients: list[str], **more: Any) -> dict[str, Any]:
    return dict(await play.wx("externalcontact/add_msg_template", {"external_userid": clients, **BODY, **more}))


async def results(play: Any, msgid: str, userid: str) -> dict[str, int]:
    asked = {"msgid": msgid, "userid": userid}
    told = await play.wx("externalcontact/get_groupmsg_send_result", asked)
    return {row.get("external_userid") or row["chat_id"]: row["status"] for row in told["send_list"]}


async def tasks(play: Any, msgid: str) -> dict[str, int]:
    told = await play.wx("externalcontact/get_groupmsg_task", {"msgid": msgid})
    return {row["userid"]: row["status"] for row in told["task_list"]}


async def test_nothing_is_sent_until_the_member_confirms(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    made = await create(play, [*clients, "wmNobody"])
    assert made["fail_list"] == ["wmNobody"]
    assert await tasks(play, made["msgid"]) == {"zhang.wei": 0, "li.na": 0}
    assert (await play.ctl.reached())["total"] == 0
    await play.ctl.act("member.confirm_groupmsg", userid="zhang.wei")
    assert await tasks(play, made["msgid"]) == {"zhang.wei": 2, "li.na": 0}
    assert await results(play, made["msgid"], "zhang.wei") == dict.fromkeys(clients[:3], 1)
    assert await results(play, made["msgid"], "li.na") == dict.fromkeys(clients[3:], 0)
    reached = await play.ctl.reached(kind="group_message", msgid=made["msgid"])
    assert reached["people"] == {one: {"group_message": 1} for one in clients[:3]}
    await play.ctl.act("member.confirm_groupmsg", userid="zhang.wei")
    assert (await play.ctl.reached(msgid=made["msgid"]))["total"] == 3


async def test_who_is_no_longer_a_friend_is_told_by_status_two(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    made = await create(play, clients[:2])
    await play.ctl.act("client.delete_member", userid="zhang.wei", external_userid=clients[0])
    await play.ctl.act("member.confirm_groupmsg")
    assert await results(play, made["msgid"], "zhang.wei") == {clients[0]: 2, clients[1]: 1}


async def test_the_quota_of_one_a_day_ends_in_status_three(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    await play.ctl.switches(groupmsg_quota="day_1")
    first, second = await create(play, clients[:1]), await create(play, clients[:1])
    await play.ctl.act("member.confirm_groupmsg")
    assert await results(play, first["msgid"], "zhang.wei") == {clients[0]: 1}
    assert await results(play, second["msgid"], "zhang.wei") == {clients[0]: 3}
    await play.ctl.clock(advance=86_400)
    play.tokens.clear()
    third = await create(play, clients[:1])
    await play.ctl.act("member.confirm_groupmsg")
    assert await results(play, third["msgid"], "zhang.wei") == {clients[0]: 1}


async def test_the_quota_of_seven_a_week_and_of_a_months_days(play: Any) -> None:
    client = (await play.ctl.seed("small"))["externals"][0]
    await play.ctl.clock(set="2026-02-02T10:00:00")
    for preset, most in (("week_7", 7), ("month_days", 28)):
        await play.ctl.switches(groupmsg_quota=preset)
        before = (await play.ctl.reached(kind="group_message"))["total"]
        for _ in range(most + 2 - before):
            await create(play, [client])
        await play.ctl.act("member.confirm_groupmsg")
        assert (await play.ctl.reached(kind="group_message"))["total"] == most


async def test_the_message_goes_through_the_member_who_talked_last(play: Any) -> None:
    client = (await play.ctl.seed("small"))["externals"][0]
    await play.ctl.act("client.add", userid="li.na", external_userid=client)
    await play.ctl.act("client.chat", userid="li.na", external_userid=client)
    assert await tasks(play, (await create(play, [client]))["msgid"]) == {"li.na": 0}


async def test_cancel_stops_what_is_not_sent_and_only_that(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    made = await create(play, clients)
    await play.ctl.act("member.confirm_groupmsg", userid="li.na")
    await play.wx("externalcontact/cancel_groupmsg_send", {"msgid": made["msgid"]})
    await play.ctl.act("member.confirm_groupmsg")
    assert (await play.ctl.reached(msgid=made["msgid"]))["persons"] == 2


async def test_three_reminders_a_day(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    made = await create(play, clients[:1])
    asked = {"msgid": made["msgid"]}
    codes = [(await play.wx("externalcontact/remind_groupmsg_send", asked))["errcode"] for _ in range(4)]
    assert codes == [0, 0, 0, 45009]


async def test_a_message_to_groups_reaches_the_clients_inside(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    body = {"chat_type": "group", "sender": "zhang.wei", "chat_id_list": [*seeded["groups"], "wrNone"], **BODY}
    made = await play.wx("externalcontact/add_msg_template", body)
    assert made["fail_list"] == ["wrNone"]
    assert await results(play, made["msgid"], "zhang.wei") == {}
    await play.ctl.act("member.confirm_groupmsg")
    assert await results(play, made["msgid"], "zhang.wei") == {seeded["groups"][0]: 1}
    reached = await play.ctl.reached(kind="group_chat")
    assert sorted(reached["people"]) == sorted(seeded["externals"][:3])


async def test_jobs_are_found_again_by_their_time(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    made = await create(play, clients)
    now = int((await play.ctl.clock())["now"])
    asked = {"chat_type": "single", "start_time": now - 3600, "end_time": now + 60, "filter_type": 2}
    listed = (await play.wx("externalcontact/get_groupmsg_list_v2", asked))["group_msg_list"]
    assert [(one["msgid"], one["text"]["content"]) for one in listed] == [(made["msgid"], BODY["text"]["content"])]
    too_long = {**asked, "start_time": now - 40 * 86_400}
    assert (await play.wx("externalcontact/get_groupmsg_list_v2", too_long))["errcode"] == 40058


async def test_a_fresh_job_is_still_being_dispatched(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    await play.ctl.switches(dispatching_s=60)
    made = await create(play, clients)
    asked = {"msgid": made["msgid"]}
    assert (await play.wx("externalcontact/get_groupmsg_task", asked))["errcode"] == 41063
    await play.ctl.clock(advance=61)
    assert (await play.wx("externalcontact/get_groupmsg_task", asked))["errcode"] == 0


async def test_limits_of_content_and_audience(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    assert (await create(play, ["wmNobody"]))["errcode"] == 41048
    assert (await create(play, ["x"] * 10_001))["errcode"] == 40058
    assert (await create(play, clients, text={"content": "长" * 1334}))["errcode"] == 45002
    link = {"msgtype": "link", "link": {"title": "t", "url": "http://127.0.0.1"}}
    assert (await create(play, clients, attachments=[link] * 10))["errcode"] == 41064
    assert (await create(play, clients, attachments=[{"msgtype": "gif"}]))["errcode"] == 41065
    assert (await create(play, clients, sender="nobody"))["errcode"] == 60111


async def test_ten_thousand_clients_in_one_call(play: Any) -> None:
    await play.ctl.seed("bulk", clients=10_000, members=3)
    clients = [one["external_userid"] for one in (await play.ctl.people("externals"))["externals"]]
    made = await create(play, clients)
    assert made["fail_list"] == []
    confirmed = (await play.ctl.act("member.confirm_groupmsg"))["confirmed"]
    assert sum(one["sent"] for one in confirmed) == 10_000
    assert (await play.ctl.reached(msgid=made["msgid"]))["most"] == 1


async def test_a_member_who_left_is_not_asked_when_another_knows_the_client(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    await play.ctl.act("client.add", userid="li.na", external_userid=clients[0])
    await play.ctl.act("client.chat", userid="zhang.wei", external_userid=clients[0])
    await play.ctl.act("member.leave", userid="zhang.wei")
    made = await create(play, clients[:2])
    assert made["fail_list"] == [clients[1]]
    assert await tasks(play, made["msgid"]) == {"li.na": 0}


async def test_the_quota_of_four_a_month(play: Any) -> None:
    client = (await play.ctl.seed("small"))["externals"][0]
    await play.ctl.switches(groupmsg_quota="month_4")
    await play.ctl.clock(set="2026-03-02T10:00:00")
    for _ in range(6):
        await create(play, [client])
    await play.ctl.act("member.confirm_groupmsg")
    assert (await play.ctl.reached(kind="group_message"))["total"] == 4
    await play.ctl.clock(set="2026-04-01T00:00:01")
    play.tokens.clear()
    await create(play, [client])
    await play.ctl.act("member.confirm_groupmsg")
    assert (await play.ctl.reached(kind="group_message"))["total"] == 5


async def test_a_tag_filter_wants_every_group_and_any_tag_inside(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    tags = [(await play.ctl.act("tag.create", group=group, name=name))["id"] for group, name in FILTERED]
    for client, marks in ((clients[0], [tags[0], tags[2]]), (clients[1], [tags[1]]), (clients[2], [tags[1], tags[2]])):
        pair = {"userid": "zhang.wei", "external_userid": client}
        await play.wx("externalcontact/mark_tag", {**pair, "add_tag": marks})
    groups = [{"tag_list": tags[:2]}, {"tag_list": tags[2:]}]
    made = await create(play, clients, sender="zhang.wei", tag_filter={"group_list": groups})
    assert set(await results(play, made["msgid"], "zhang.wei")) == {clients[0], clients[2]}


async def test_a_job_must_be_named_rightly(play: Any) -> None:
    path = "externalcontact/get_groupmsg_task"
    assert (await play.wx(path, {"limit": 10}))["errcode"] == 41046
    assert (await play.wx(path, {"msgid": "none"}))["errcode"] == 41047


async def test_what_members_send_by_themselves_is_listed_apart_and_counts(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    await play.ctl.switches(groupmsg_quota="day_1")
    own = await play.ctl.act("member.send_groupmsg", userid="zhang.wei", text="节日快乐")
    assert own["sent"] == 3
    made = await create(play, clients[:1])
    await play.ctl.act("member.confirm_groupmsg")
    assert await results(play, made["msgid"], "zhang.wei") == {clients[0]: 3}
    now = int((await play.ctl.clock())["now"])
    found = []
    for wanted in (0, 1, 2):
        asked = {"chat_type": "single", "start_time": now - 60, "end_time": now + 60, "filter_type": wanted}
        rows = (await play.wx("externalcontact/get_groupmsg_list_v2", asked))["group_msg_list"]
        found.append([row.get("creator", "") for row in rows])
    assert found == [[""], ["zhang.wei"], ["", "zhang.wei"]]
