"""The official account: fans, the customer-service window, template notices, codes and sign-in on pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

TEXT = {"msgtype": "text", "text": {"content": "您好"}}
APPID = "wxbank0000000001"


async def test_fans_are_listed_and_shown_in_batches(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    assert (await play.oa("user/get"))["data"]["openid"] == fans
    asked = {"user_list": [{"openid": openid} for openid in fans]}
    rows = (await play.oa("user/info/batchget", asked))["user_info_list"]
    assert [row["subscribe"] for row in rows] == [1, 1, 1]
    assert all(row["unionid"] for row in rows)
    assert "nickname" not in rows[0]
    assert (await play.oa("user/info", openid=fans[0]))["openid"] == fans[0]
    too_many = {"user_list": [{"openid": fans[0]}] * 101}
    assert (await play.oa("user/info/batchget", too_many))["errcode"] == 40032


async def test_a_message_opens_the_window_for_five_answers_in_two_days(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    await play.ctl.act("fan.message", openid=openid, text="权益")
    codes = [(await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] for _ in range(6)]
    assert codes == [0, 0, 0, 0, 0, 45047]
    await play.ctl.act("fan.message", openid=openid)
    await play.ctl.clock(advance=48 * 3600 + 1)
    play.tokens.clear()
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 45015
    assert (await play.ctl.reached(kind="custom"))["people"] == {openid: {"custom": 5}}


async def test_following_allows_three_messages_within_a_minute(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe"))["openid"]
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 0
    await play.ctl.clock(advance=61)
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 45015


async def test_menu_messages_and_links_can_be_sent_as_well_as_text(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe"))["openid"]
    menu = {"head_content": "满意吗", "list": [{"id": "101", "content": "满意"}], "tail_content": "谢谢"}
    assert (await play.oa("message/custom/send", {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu}))[
        "errcode"
    ] == 0
    article = {"articles": [{"title": "沙龙邀请", "description": "d", "url": "http://127.0.0.1/i", "picurl": ""}]}
    assert (await play.oa("message/custom/send", {"touser": openid, "msgtype": "news", "news": article}))[
        "errcode"
    ] == 0
    assert (await play.ctl.reached(text="满意"))["total"] == 1
    assert (await play.ctl.reached(text="http://127.0.0.1/i"))["total"] == 1
    assert (await play.oa("message/custom/send", {"touser": openid, "msgtype": "poem", "poem": {}}))["errcode"] == 40008


async def test_who_refuses_or_is_unknown_is_not_reached(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe"))["openid"]
    await play.ctl.act("fan.change", openid=openid, refuses=True)
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 48002
    assert (await play.oa("message/custom/send", {"touser": "nobody", **TEXT}))["errcode"] == 40003
    assert (await play.ctl.reached())["total"] == 0


async def test_the_truth_about_a_template_notice_comes_as_an_event(heard_play: Any, listener: Any) -> None:
    fans = (await heard_play.ctl.seed("small"))["fans"]
    await heard_play.ctl.act("fan.change", openid=fans[1], refuses=True)
    data = {"thing1": {"value": "机场贵宾厅"}, "time2": {"value": "2026-12-31"}}
    asked = {"template_id": "sandbox-benefit-notice", "data": data}
    good = await heard_play.oa("message/template/send", {"touser": fans[0], **asked})
    blocked = await heard_play.oa("message/template/send", {"touser": fans[1], **asked})
    assert good["errcode"] == blocked["errcode"] == 0
    assert await heard_play.ctl.settle()
    told = {one.fields["MsgID"]: one.fields["Status"] for one in listener.events("TEMPLATESENDJOBFINISH")}
    assert told == {str(good["msgid"]): "success", str(blocked["msgid"]): "failed:user block"}
    assert (await heard_play.ctl.reached(kind="template", text="机场贵宾厅"))["people"] == {fans[0]: {"template": 1}}


async def test_the_same_client_msg_id_is_sent_once(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    asked = {
        "touser": openid,
        "template_id": "sandbox-service-notice",
        "client_msg_id": "send-1",
        "data": {"a": {"value": "b"}},
    }
    first, again = await play.oa("message/template/send", asked), await play.oa("message/template/send", asked)
    assert first["msgid"] == again["msgid"]
    await play.ctl.settle()
    assert (await play.ctl.reached(kind="template"))["total"] == 1


async def test_unknown_templates_and_strangers_are_refused(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    assert (await play.oa("message/template/send", {"touser": openid, "template_id": "x", "data": {}}))[
        "errcode"
    ] == 40037
    await play.ctl.act("fan.unsubscribe", openid=openid)
    asked = {"touser": openid, "template_id": "sandbox-service-notice", "data": {}}
    assert (await play.oa("message/template/send", asked))["errcode"] == 43004


async def test_a_code_brings_its_scene_when_somebody_scans_it(heard_play: Any, listener: Any) -> None:
    asked = {"action_name": "QR_STR_SCENE", "expire_seconds": 600, "action_info": {"scene": {"scene_str": "branch-01"}}}
    ticket = (await heard_play.oa("qrcode/create", asked))["ticket"]
    async with heard_play.http.get(f"{heard_play.url}/mp/cgi-bin/showqrcode", params={"ticket": ticket}) as picture:
        assert (await picture.read()).startswith(b"\x89PNG")
    openid = (await heard_play.ctl.act("fan.scan", ticket=ticket))["openid"]
    await heard_play.ctl.act("fan.scan", openid=openid, ticket=ticket)
    assert await heard_play.ctl.settle()
    keys = [(one.fields["Event"], one.fields["EventKey"]) for one in listener.heard]
    assert sorted(keys) == [("SCAN", "branch-01"), ("subscribe", "qrscene_branch-01")]


async def test_signing_in_on_a_page_gives_a_code_that_works_once(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    query = {"appid": APPID, "redirect_uri": "http://127.0.0.1:1/back?x=1", "scope": "snsapi_userinfo", "state": "s1"}
    page = f"{play.url}/mp/connect/oauth2/authorize"
    async with play.http.get(page, params=query) as listed:
        assert openid in await listed.text()
    async with play.http.get(page, params={**query, "as": openid}, allow_redirects=False) as picked:
        assert picked.status == 302
        back = parse_qs(urlsplit(picked.headers["location"]).query)
    assert back["x"] == ["1"]
    assert back["state"] == ["s1"]
    asked = {"appid": APPID, "secret": "oa-secret", "code": back["code"][0], "grant_type": "authorization_code"}
    told = await play.call("GET", "/oa/sns/oauth2/access_token", **asked)
    assert told["openid"] == openid
    assert told["unionid"]
    assert (await play.call("GET", "/oa/sns/oauth2/access_token", **asked))["errcode"] == 40163
    person = {"access_token": told["access_token"], "openid": openid}
    assert (await play.call("GET", "/oa/sns/userinfo", **person))["nickname"] == "王芳"


async def test_a_mass_send_reaches_each_fan_four_times_a_month(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    for turn in range(5):
        asked = {"touser": fans, "msgtype": "text", "text": {"content": f"第{turn}次"}, "clientmsgid": f"m{turn}"}
        assert (await play.oa("message/mass/send", asked))["errcode"] == 0
        await play.ctl.settle()
    assert (await play.ctl.reached(kind="mass"))["people"] == {openid: {"mass": 4} for openid in fans}
    await play.ctl.clock(advance=61)
    again = await play.oa("message/mass/send", asked)
    assert again["errcode"] == 45065
    assert again["msg_id"]


async def test_a_passive_reply_reaches_the_fan(heard_play: Any, listener: Any) -> None:
    openid = (await heard_play.ctl.seed("small"))["fans"][0]
    reply = f"<xml><ToUserName>{openid}</ToUserName><FromUserName>gh</FromUserName><CreateTime>1</CreateTime>"
    reply += "<MsgType>text</MsgType><Content>收到</Content></xml>"
    listener.answers = [(200, reply), (200, reply), (200, reply)]
    await heard_play.ctl.config(official_accounts=[{**(await _account(heard_play)), "mode": "compat"}], check=False)
    await heard_play.ctl.act("fan.message", openid=openid, text="在吗")
    await heard_play.ctl.settle()
    assert (await heard_play.ctl.reached(kind="reply", text="收到"))["persons"] == 1


async def _account(play: Any) -> dict[str, Any]:
    return dict((await play.ctl.config())["official_accounts"][0])


async def test_the_phone_of_earlier_releases_leads_to_the_play_pages(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe", name="王芳"))["openid"]
    for query, wanted in (({}, "/play"), ({"who": openid}, f"/play/people/{openid}")):
        async with play.http.get(f"{play.url}/mp/phone", params=query, allow_redirects=False) as answer:
            assert answer.headers["location"] == wanted


async def test_the_page_of_sign_in_finds_people_by_name(play: Any) -> None:
    await play.ctl.seed("small")
    query = {"appid": APPID, "redirect_uri": "http://127.0.0.1:1/back", "q": "周婷"}
    async with play.http.get(f"{play.url}/mp/connect/oauth2/authorize", params=query) as listed:
        page = await listed.text()
    assert "周婷" in page
    assert "王芳" not in page
