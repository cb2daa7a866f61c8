"""Every callback of the account has the elements of the platform's, as written in the protocol's data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

DATA = json.loads((Path(__file__).parents[1] / "data" / "events.json").read_text(encoding="utf-8"))
KNOWN = {
    "text": {},
    "image": {"kind": "image"},
    "voice": {"kind": "voice", "recognition": "查询积分"},
    "video": {"kind": "video"},
    "shortvideo": {"kind": "shortvideo"},
    "location": {"kind": "location"},
    "link": {"kind": "link"},
}
TAPS = {
    "menu_click": {"key": "BENEFITS"},
    "menu_view": {"url": "https://h5.example.test/"},
    "view_miniprogram": {"kind": "miniprogram", "page": "pages/index"},
    "scancode_waitmsg": {"kind": "scancode_waitmsg", "key": "CHECKIN", "result": "EVT:42"},
}
MORE = {
    "report_location": ("fan.locate", {}),
    "user_authorization_revoke": ("fan.revoke", {}),
    "unsubscribe": ("fan.unsubscribe", {}),
}


def elements(body: str) -> list[str]:
    return sorted(re.findall(r"<(?!xml\b)(\w+)>", body))


async def plaintext(play: Any, callback: int) -> str:
    return str(next(one for one in await play.ctl.callbacks() if one["id"] == callback)["plaintext"])


@pytest.mark.parametrize("name", [*KNOWN, *TAPS, *MORE])
async def test_what_a_fan_does_is_told_in_the_platform_s_elements(play: Any, name: str) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    act, args = MORE.get(name, ("fan.message" if name in KNOWN else "fan.click", KNOWN.get(name) or TAPS.get(name, {})))
    told = await play.ctl.act(act, openid=openid, **args)
    expected = elements(DATA["common"]["oa"] + DATA["oa"][name])
    assert elements(await plaintext(play, told["callbacks"][0])) == expected


@pytest.mark.parametrize("name", ["sub_popup_one", "sub_change", "sub_sent"])
async def test_subscriptions_are_told_in_the_platform_s_elements(play: Any, name: str) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    query = {"access_token": await play.oa_token()}
    made = await play.call("POST", "/oa/wxaapi/newtmpl/addtemplate", {"tid": "2001", "kidList": [1]}, **query)
    args = {"openid": openid, "template_id": made["priTmplId"]}
    if name != "sub_change":
        await play.ctl.act("fan.accept_template", **args)
    if name == "sub_change":
        await play.ctl.act("fan.change_templates", **args)
    if name == "sub_sent":
        body = {"touser": openid, "template_id": made["priTmplId"], "data": {"thing1": {"value": "贵宾厅"}}}
        assert (await play.oa("message/subscribe/bizsend", body))["errcode"] == 0
    assert await play.ctl.settle()
    last = (await play.ctl.callbacks())[-1]["plaintext"]
    assert elements(last) == elements(DATA["common"]["oa"] + DATA["oa"][name])


async def test_finished_jobs_are_told_in_the_platform_s_elements(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    await play.oa("message/mass/send", {"touser": fans, "msgtype": "text", "text": {"content": "您好"}})
    assert await play.ctl.settle()
    body = {"touser": fans[0], "template_id": "sandbox-service-notice", "data": {}}
    await play.oa("message/template/send", body)
    assert await play.ctl.settle()
    mass, template = [one["plaintext"] for one in await play.ctl.callbacks()]
    assert elements(mass) == elements(DATA["common"]["oa"] + DATA["oa"]["mass_finish"])
    assert elements(template) == elements(DATA["common"]["oa"] + DATA["oa"]["template_finish_ok"])
