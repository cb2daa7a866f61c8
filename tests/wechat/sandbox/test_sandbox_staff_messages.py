"""Messages of apps to members: receivers, kinds, cards that are answered and changed, recall, repeats, excess."""

from __future__ import annotations

from typing import Any

import pytest

CARD: dict[str, Any] = {"card_type": "button_interaction", "main_title": {"title": "预约"}, "task_id": "t1"}
CARD |= {"button_list": [{"text": "接受", "key": "yes"}]}


async def send(play: Any, kind: str = "text", inner: Any = None, **fields: Any) -> dict[str, Any]:
    body = {"touser": "li.na", "agentid": 1000002, "msgtype": kind, kind: inner or {"content": "您好"}}
    return dict(await play.wx("message/send", {**body, **fields}))


async def test_parties_and_tags_are_receivers_too(play: Any) -> None:
    await play.ctl.seed("small")
    tag = (await play.wx("tag/create", {"tagname": "理财"}))["tagid"]
    await play.wx("tag/addtagusers", {"tagid": tag, "userlist": ["li.na"]})
    told = await send(play, touser="", toparty="1|9", totag=f"{tag}|77")
    assert (told["invalidparty"], told["invalidtag"]) == ("9", "77")
    assert (await play.ctl.reached(kind="staff"))["people"] == {"zhang.wei": {"staff": 1}, "li.na": {"staff": 1}}
    assert (await send(play, touser=""))["errcode"] == 82001
    assert (await send(play, touser="|".join(["x"] * 1001)))["errcode"] == 40058


@pytest.mark.parametrize(
    ("kind", "inner", "code"),
    [
        ("text", {"content": "长" * 683}, 45002),
        ("textcard", {"title": "t", "description": "d"}, 40058),
        ("image", {"media_id": "gone"}, 40007),
        ("news", {"articles": []}, 45008),
        ("hologram", {"content": "x"}, 40008),
        ("template_card", {**CARD, "card_type": "none"}, 40058),
        ("template_card", {**CARD, "task_id": ""}, 42014),
        ("template_card", {"card_type": "text_notice", "main_title": {"title": "t"}}, 40058),
    ],
)
async def test_wrong_contents_are_refused(play: Any, kind: str, inner: dict[str, Any], code: int) -> None:
    await play.ctl.seed("small")
    assert (await send(play, kind, inner))["errcode"] == code


async def test_a_card_is_answered_once_and_changed_by_its_code(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    await send(heard_play, "template_card", CARD)
    assert (await send(heard_play, "template_card", CARD))["errcode"] == 42014
    await heard_play.ctl.act("member.tap_card", userid="li.na", task_id="t1", key="yes", selected={"q": ["a", "b"]})
    assert await heard_play.ctl.settle()
    (heard,) = listener.events("template_card_event")
    assert (heard.fields["FromUserName"], heard.fields["TaskId"]) == ("li.na", "t1")
    assert "<QuestionKey><![CDATA[q]]></QuestionKey>" in heard.plain
    body = {"response_code": heard.fields["ResponseCode"], "button": {"replace_name": "已接受"}, "agentid": 1000002}
    assert (await heard_play.wx("message/update_template_card", body))["errcode"] == 0
    assert (await heard_play.wx("message/update_template_card", body))["errcode"] == 42016


async def test_a_message_is_taken_back_within_a_day(play: Any) -> None:
    await play.ctl.seed("small")
    first, second = await send(play), await send(play, inner={"content": "二"})
    assert (await play.wx("message/recall", {"msgid": first["msgid"]}))["errcode"] == 0
    await play.ctl.clock(advance=86_401)
    play.tokens.clear()
    assert (await play.wx("message/recall", {"msgid": second["msgid"]}))["errcode"] == 40058
    assert (await play.ctl.reached(kind="recall"))["total"] == 1


async def test_a_repeated_message_is_swallowed_for_its_interval(play: Any) -> None:
    await play.ctl.seed("small")
    twice: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    for _ in range(2):
        assert (await send(play, **twice))["errcode"] == 0
    assert (await play.ctl.reached(kind="staff"))["total"] == 1
    await play.ctl.clock(advance=601)
    await send(play, **twice)
    assert (await play.ctl.reached(kind="staff"))["total"] == 2


async def test_person_sends_of_a_day_follow_the_number_of_accounts(play: Any) -> None:
    await play.ctl.seed("small")
    await play.ctl.switches(staff_messages_a_day_per_account=2)
    assert [(await send(play))["errcode"] for _ in range(5)] == [0, 0, 0, 0, 45009]


async def test_members_write_to_their_app(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    await heard_play.ctl.act("member.enter_app", userid="li.na")
    await heard_play.ctl.act("member.message", userid="li.na", text="额度")
    await heard_play.ctl.act("member.tap_menu", userid="li.na", key="TODAY")
    assert await heard_play.ctl.settle()
    assert {one.fields["FromUserName"] for one in listener.heard} == {"li.na"}
    kinds = [one.fields.get("Event", one.fields["MsgType"]) for one in listener.heard]
    assert sorted(kinds) == ["click", "enter_agent", "text"]
