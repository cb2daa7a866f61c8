"""Mass sends with their repeats and refusals, subscribe notices with their credits, and customer service."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest


def counts(event: Any) -> dict[str, str]:
    return {name: event.fields[name] for name in ("Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount")}


async def mass(play: Any, content: str = "您好", path: str = "sendall", **more: Any) -> dict[str, Any]:
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": content}, **more}
    return dict(await play.oa(f"message/mass/{path}", body))


async def subscribe_template(play: Any, tid: str = "2001") -> str:
    query = {"access_token": play.tokens.get("oa") or await play.oa_token()}
    body = {"tid": tid, "kidList": [1, 2], "sceneDesc": "到账"}
    return str((await play.call("POST", "/oa/wxaapi/newtmpl/addtemplate", body, **query))["priTmplId"])


async def test_a_repeated_client_msg_id_is_not_sent_again(play: Any) -> None:
    await play.ctl.seed("small")
    first = await mass(play, clientmsgid="m1")
    assert (await mass(play, clientmsgid="m1"))["errcode"] == 45066
    await play.ctl.clock(advance=61)
    again = await mass(play, clientmsgid="m1")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert (await mass(play, clientmsgid="x" * 65))["errcode"] == 45067
    await play.ctl.clock(advance=86_400)
    play.tokens.clear()
    assert (await mass(play, clientmsgid="m1"))["errcode"] == 0


async def test_without_an_id_the_same_content_to_the_same_people_counts_as_a_repeat(play: Any) -> None:
    await play.ctl.seed("small")
    first = await mass(play)
    again = await mass(play)
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert (await mass(play, "别的"))["errcode"] == 0


async def test_a_job_that_was_accepted_before_the_line_broke_is_found_by_its_id(play: Any) -> None:
    await play.ctl.seed("small")
    await play.oa("user/get")
    await play.ctl.faults({"path": "*mass/sendall", "kind": "accept_then_reset", "times": 1})
    with pytest.raises(aiohttp.ClientError):
        await mass(play, clientmsgid="cut")
    await play.ctl.clock(advance=61)
    assert (await mass(play, clientmsgid="cut"))["errcode"] == 45065
    await play.ctl.settle()
    assert (await play.ctl.reached(kind="mass"))["most"] == 1


async def test_the_filter_count_leaves_out_who_has_had_four(heard_play: Any, listener: Any) -> None:
    play = heard_play
    fans = (await play.ctl.seed("small"))["fans"]
    for turn in range(4):
        await mass(play, f"第{turn}次", "send", touser=fans[:2])
        await play.ctl.settle()
    await mass(play, "给所有人")
    await play.ctl.settle()
    told = [counts(one) for one in listener.events("MASSSENDJOBFINISH")]
    assert told[-1] == {
        "Status": "send success",
        "TotalCount": "3",
        "FilterCount": "1",
        "SentCount": "1",
        "ErrorCount": "0",
    }
    assert "<CopyrightCheckResult><Count>0</Count>" in listener.heard[-1].plain
    assert listener.heard[-1].fields["FromUserName"] == "mphelper"


async def test_sending_to_all_waits_for_the_admin(heard_play: Any, listener: Any) -> None:
    play = heard_play
    await play.ctl.seed("small")
    await play.ctl.switches(admin_confirms_mass=True)
    jobs = [(await mass(play, text))["msg_id"] for text in ("好", "不好", "没人理")]
    await play.ctl.settle()
    assert (await play.ctl.reached(kind="mass"))["total"] == 0
    assert (await play.oa("message/mass/get", {"msg_id": jobs[0]}))["msg_status"] == "SENDING"
    await play.ctl.act("admin.confirm_mass", msg_id=jobs[0])
    await play.ctl.act("admin.confirm_mass", msg_id=jobs[1], refuse=True)
    await play.ctl.clock(advance=1801)
    await play.ctl.settle()
    told = {int(one.fields["MsgID"]): one.fields["Status"] for one in listener.events("MASSSENDJOBFINISH")}
    assert told == dict(zip(jobs, ("send success", "err(40001)", "err(40002)"), strict=True))
    assert (await play.oa("message/mass/get", {"msg_id": jobs[2]}))["msg_status"] == "SEND_FAIL"


async def test_to_all_goes_four_times_a_month_and_speed_and_preview_work(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    codes = [(await mass(play, f"第{turn}次"))["errcode"] for turn in range(5)]
    assert codes == [0, 0, 0, 0, 45028]
    assert (await play.oa("message/mass/speed/set", {"speed": 9}))["errcode"] == 45083
    assert (await play.oa("message/mass/speed/set", {"speed": 4}))["errcode"] == 0
    assert (await play.oa("message/mass/speed/get", {}))["realspeed"] == 10
    shown = {"touser": fans[0], "msgtype": "text", "text": {"content": "看看"}}
    assert (await play.oa("message/mass/preview", shown))["errcode"] == 0
    assert (await play.ctl.reached(kind="preview"))["persons"] == 1
    assert (await mass(play, "一个人", "send", touser=fans[:1]))["errcode"] == 40130
    assert (await play.oa("message/mass/get", {"msg_id": 1}))["errcode"] == 40057


async def test_each_consent_is_good_for_one_subscribe_notice(heard_play: Any, listener: Any) -> None:
    play = heard_play
    openid = (await play.ctl.seed("small"))["fans"][0]
    template = await subscribe_template(play)
    data = {"thing1": {"value": "贵宾厅"}, "time2": {"value": "2026年12月1日"}}
    asked = {"touser": openid, "template_id": template, "data": data}
    assert (await play.oa("message/subscribe/bizsend", asked))["errcode"] == 43101
    await play.ctl.act("fan.accept_template", openid=openid, template_id=template)
    long = {**asked, "data": {**data, "thing1": {"value": "长" * 21}}}
    assert (await play.oa("message/subscribe/bizsend", long))["errcode"] == 47003
    assert (await play.oa("message/subscribe/bizsend", {**asked, "data": {}}))["errcode"] == 47003
    assert (await play.oa("message/subscribe/bizsend", {**asked, "template_id": "x"}))["errcode"] == 40037
    sent = await play.oa("message/subscribe/bizsend", asked)
    assert sent["errcode"] == 0
    assert (await play.oa("message/subscribe/bizsend", asked))["errcode"] == 43101
    await play.ctl.settle()
    (event,) = listener.events("subscribe_msg_sent_event")
    assert f"<MsgID>{sent['msgid']}</MsgID><ErrorCode>0</ErrorCode>" in event.plain
    assert (await play.ctl.reached(kind="subscribe", text="贵宾厅"))["total"] == 1


async def test_a_lasting_consent_ends_when_it_is_taken_back(heard_play: Any, listener: Any) -> None:
    play = heard_play
    openid = (await play.ctl.seed("small"))["fans"][0]
    template = await subscribe_template(play, "2004")
    await play.ctl.act("fan.accept_template", openid=openid, template_ids=[template])
    asked = {"touser": openid, "template_id": template}
    asked |= {"data": {"thing1": {"value": "讲座"}, "time2": {"value": "10:00"}}}
    assert [(await play.oa("message/subscribe/bizsend", asked))["errcode"] for _ in range(2)] == [0, 0]
    await play.ctl.act("fan.change_templates", openid=openid, template_id=template)
    assert (await play.oa("message/subscribe/bizsend", asked))["errcode"] == 43101
    await play.ctl.settle()
    (change,) = listener.events("subscribe_msg_change_event")
    assert re.search(r"<List><TemplateId>.*reject.*</List>", change.plain)


async def test_the_library_of_subscribe_templates_can_be_read(play: Any) -> None:
    token = {"access_token": await play.oa_token()}
    told = await play.call("GET", "/oa/wxaapi/newtmpl/getcategory", **token)
    ids = ",".join(str(one["id"]) for one in told["data"])
    titles = await play.call("GET", "/oa/wxaapi/newtmpl/getpubtemplatetitles", ids=ids, start=0, limit=30, **token)
    words = await play.call("GET", "/oa/wxaapi/newtmpl/getpubtemplatekeywords", tid=titles["data"][0]["tid"], **token)
    assert {one["rule"] for one in words["data"]} >= {"thing", "time"}
    template = await subscribe_template(play)
    own = await play.call("GET", "/oa/wxaapi/newtmpl/gettemplate", **token)
    assert own["data"][0]["priTmplId"] == template
    gone = await play.call("POST", "/oa/wxaapi/newtmpl/deltemplate", {"priTmplId": template}, **token)
    assert gone["errcode"] == 0


async def test_somebody_of_customer_service_takes_a_talk_over(heard_play: Any, listener: Any) -> None:
    play = heard_play
    openid = (await play.ctl.seed("small"))["fans"][0]
    token = {"access_token": await play.oa_token()}

    async def desk(path: str, body: dict[str, Any]) -> int:
        return int((await play.call("POST", f"/oa/customservice/{path}", body, **token))["errcode"])

    one = {"kf_account": "one@bank"}
    assert await desk("kfaccount/add", {**one, "nickname": "小王"}) == 0
    assert await desk("kfaccount/add", {**one, "nickname": "小王"}) == 65406
    assert await desk("kfsession/create", {**one, "openid": openid}) == 65415
    await play.ctl.act("admin.kf_online", **one)
    assert await desk("kfsession/create", {**one, "openid": openid}) == 0
    shown = await play.call("GET", "/oa/customservice/kfsession/getsession", openid=openid, **token)
    assert shown["kf_account"] == "one@bank"
    assert await desk("kfsession/close", {**one, "openid": openid}) == 0
    assert await desk("kfsession/close", {**one, "openid": openid}) == 65413
    await play.ctl.settle()
    assert [e.fields["KfAccount"] for e in listener.events("kf_create_session")] == ["one@bank"]
    assert len(listener.events("kf_close_session")) == 1


async def test_typing_shows_for_a_while(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    asked = {"touser": openid, "command": "Typing"}
    await play.ctl.clock(advance=61)
    assert (await play.oa("message/custom/typing", asked))["errcode"] == 45080
    await play.ctl.act("fan.message", openid=openid)
    assert (await play.oa("message/custom/typing", asked))["errcode"] == 0
    assert (await play.oa("message/custom/typing", asked))["errcode"] == 45081
    assert (await play.oa("message/custom/typing", {**asked, "command": "CancelTyping"}))["errcode"] == 0
    assert (await play.oa("message/custom/typing", {**asked, "command": "Dance"}))["errcode"] == 45072


async def test_the_old_one_time_notice_needs_the_page_s_yes(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    template = "sandbox-service-notice"
    query = {"action": "get_confirm", "appid": "wxbank0000000001", "scene": "7", "template_id": template}
    query |= {"redirect_url": "http://127.0.0.1:1/back?x=1", "reserved": "r", "as": openid}
    asked = {"touser": openid, "template_id": template, "scene": "7", "title": "通知", "data": {}}
    assert (await play.oa("message/template/subscribe", asked))["errcode"] == 43101
    async with play.http.get(f"{play.url}/mp/mp/subscribemsg", params=query, allow_redirects=False) as page:
        assert page.status == 302
        assert "action=confirm" in page.headers["location"]
    assert [(await play.oa("message/template/subscribe", asked))["errcode"] for _ in range(2)] == [0, 43101]
