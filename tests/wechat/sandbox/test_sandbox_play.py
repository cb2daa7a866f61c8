"""The play pages: what a client, a member and the platform do there has the effects of the control plane's acts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.waiting import until
from tests.wechat.sandbox.conftest import APPID, CORPID

KEY = re.compile(r'name="form_key" value="([^"]+)"')


async def look(play: Any, path: str) -> str:
    async with play.http.get(play.url + path) as answer:
        assert answer.status == 200, path
        return str(await answer.text())


async def send(play: Any, path: str, /, headers: dict[str, str] | None = None, **fields: Any) -> tuple[int, str]:
    """Post a form as the page would; (status, where to)."""
    if "form_key" not in fields:
        fields["form_key"] = KEY.findall(await look(play, "/play/admin"))[0]
    data = {name: str(value) for name, value in fields.items()}
    async with play.http.post(play.url + path, data=data, headers=headers or {}, allow_redirects=False) as answer:
        return answer.status, str(answer.headers.get("location", ""))


async def do(play: Any, path: str, /, **fields: Any) -> str:
    """Post a form that must work; the sentence that it ends with."""
    status, location = await send(play, path, **fields)
    asked = parse_qs(urlsplit(location).query)
    assert status == 303
    assert "failed" not in asked, asked
    return "".join(asked.get("said", []))


async def test_a_client_follows_writes_taps_and_leaves_and_the_product_hears_it(heard_play: Any, listener: Any) -> None:
    status, location = await send(heard_play, "/play/people", name="吴桐")
    assert status == 303
    own = urlsplit(location).path
    acts = {"appid": APPID}
    await do(heard_play, f"{own}/acts", act="fan.message", text="你好 <b>", **acts)
    await do(heard_play, f"{own}/acts", act="fan.click", key="BENEFITS", **acts)
    page = await look(heard_play, f"{own}/accounts/{APPID}")
    assert "你好 &lt;b&gt;" in page
    await do(heard_play, f"{own}/acts", act="fan.unsubscribe", **acts)
    await heard_play.ctl.settle()
    events = [one["event"] for one in await heard_play.ctl.callbacks()]
    assert events == ["subscribe", "text", "CLICK", "unsubscribe"]


async def test_a_picture_is_sent_with_its_bytes(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe", name="王芳"))["openid"]
    form = aiohttp.FormData()
    form.add_field("form_key", KEY.findall(await look(play, "/play/admin"))[0])
    form.add_field("act", "fan.message")
    form.add_field("picture", b"\x89PNG\r\n\x1a\nbytes", filename="a.png", content_type="image/png")
    async with play.http.post(f"{play.url}/play/people/{openid}/acts", data=form, allow_redirects=False) as answer:
        assert answer.status == 303
    (callback,) = await play.ctl.callbacks(event="image")
    assert "<MediaId>" in callback["plaintext"]


async def test_what_reached_a_person_stands_in_the_chat_escaped_and_its_links_open_as_them(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe", name="王<b>芳"))["openid"]
    text = '<script>alert(1)</script> 请看 http://127.0.0.1/i?a=1&b=2，或<a href="http://127.0.0.1/x">这里</a>'
    await play.oa("message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})
    page = await look(play, f"/play/people/{openid}/accounts/{APPID}")
    assert "<script>alert" not in page
    assert "王<b>芳" not in page
    own = f"/play/people/{openid}"
    assert f'href="{own}/open?url=http%3A%2F%2F127.0.0.1%2Fi%3Fa%3D1%26b%3D2"' in page
    opened = f"{play.url}{own}/open"
    async with play.http.get(opened, params={"url": "http://127.0.0.1/x"}, allow_redirects=False) as answer:
        assert answer.headers["location"] == "http://127.0.0.1/x"
        cookie = answer.cookies["sandbox_as"].value
    query = {"appid": APPID, "redirect_uri": "http://127.0.0.1:1/back", "scope": "snsapi_base", "state": "s"}
    asking = {"params": query, "allow_redirects": False, "headers": {"Cookie": f"sandbox_as={cookie}"}}
    async with play.http.get(f"{play.url}/mp/connect/oauth2/authorize", **asking) as answer:
        assert answer.status == 302
        assert answer.headers["location"].startswith("http://127.0.0.1:1/back?code=")
    async with play.http.get(opened, params={"url": "http://evil.example/"}, allow_redirects=False) as answer:
        assert answer.status == 404


async def test_a_member_confirms_greets_and_tends_groups_on_the_phone(heard_play: Any, listener: Any) -> None:
    seeded = await heard_play.ctl.seed("small")
    desk = f"/play/members/{CORPID}/zhang.wei"
    made = await heard_play.wx(
        "externalcontact/add_msg_template",
        {"chat_type": "single", "sender": "zhang.wei", "text": {"content": "本周活动"}},
    )
    assert "本周活动" in await look(heard_play, desk)
    assert await do(heard_play, f"{desk}/acts", act="member.confirm_groupmsg", msgid=made["msgid"]) == "已发送"
    assert (await heard_play.ctl.reached(msgid=made["msgid"]))["persons"] == 3
    assert await do(heard_play, f"{desk}/acts", act="group.rename", chat_id=seeded["groups"][0], name="新群名")
    assert await do(heard_play, f"{desk}/acts", act="group.create", name="周末沙龙")
    assert await do(heard_play, f"{desk}/acts", act="member.delete_client", external_userid=seeded["externals"][0])
    assert await do(heard_play, f"{desk}/acts", act="member.leave")
    await heard_play.ctl.settle()
    events = [one["event"] for one in await heard_play.ctl.callbacks()]
    assert [one.rsplit(".", 1)[-1] for one in events] == [
        *("change_name", "create", "del_external_contact", "delete_user")
    ]


async def test_a_client_chats_with_a_member_and_in_a_group(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    client, chat = seeded["externals"][0], seeded["groups"][0]
    own = f"/play/people/{client}"
    both = {"corpid": CORPID, "external_userid": client}
    await do(play, f"{own}/acts", act="client.chat", userid="zhang.wei", text="周末过去", **both)
    assert "周末过去" in await look(play, f"{own}/members/{CORPID}/zhang.wei")
    assert "周末过去" in await look(play, f"/play/members/{CORPID}/zhang.wei/clients/{client}")
    await do(play, f"{own}/acts", act="group.talk", chat_id=chat, text="大家好", **both)
    assert "大家好" in await look(play, f"/play/members/{CORPID}/zhang.wei/groups/{chat}")
    await do(play, f"{own}/acts", act="group.quit", chat_id=chat, **both)
    assert client not in (await play.ctl.people("groups"))["groups"][0]["members"]
    assert "贵宾客户交流群" in await look(play, own)


async def test_the_administrator_turns_every_knob(heard_play: Any, listener: Any) -> None:
    admin = "/play/admin"
    await do(heard_play, f"{admin}/seed", kind="small")
    await do(
        heard_play, f"{admin}/switches", groupmsg_quota="day_1", admin_confirms_mass_shown=1, admin_confirms_mass=1
    )
    switches = await heard_play.ctl.switches()
    assert (switches["groupmsg_quota"], switches["admin_confirms_mass"]) == ("day_1", True)
    await do(heard_play, f"{admin}/clock", set="2027-01-01T10:00")
    assert (await heard_play.ctl.clock())["local"].startswith("2027-01-01T10:00")
    await do(heard_play, f"{admin}/faults", path="*nothing", kind="errcode", errcode=-1, times=2)
    assert "*nothing" in await look(heard_play, admin)
    await do(heard_play, f"{admin}/faults-clear", id=1)
    await do(heard_play, f"{admin}/disorder", duplicate=50)
    assert (await heard_play.ctl.disorder())["duplicate"] == 0.5
    await do(heard_play, f"{admin}/calm")
    openid = (await heard_play.ctl.people("fans"))["fans"][0]["openid"]
    await heard_play.ctl.act("fan.message", openid=openid, text="重发我")
    await heard_play.ctl.settle()
    (row,) = await heard_play.ctl.callbacks(event="text")
    assert "重发我" in await look(heard_play, f"{admin}/callbacks/{row['id']}")
    await do(heard_play, f"{admin}/replay", id=row["id"])
    await heard_play.ctl.settle()
    assert len(await heard_play.ctl.callbacks(event="text")) == 2
    assert "text" in await look(heard_play, f"{admin}/callbacks?event=text")
    to_all = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "开放日"}}
    heard_play.tokens.clear()
    made = await heard_play.oa("message/mass/sendall", to_all)
    assert await do(heard_play, f"{admin}/mass", appid=APPID, msg_id=made["msg_id"]) == "已放行"
    await until(lambda: _total(heard_play, "mass"))
    await do(heard_play, f"{admin}/reset")
    assert (await heard_play.ctl.people("fans"))["fans"] == []


async def _total(play: Any, kind: str) -> int:
    return int((await play.ctl.reached(kind=kind))["total"])


async def test_no_page_from_elsewhere_can_steer_the_sandbox(play: Any) -> None:
    openid = (await play.ctl.act("fan.subscribe", name="王芳"))["openid"]
    path = f"/play/people/{openid}/acts"
    foreign = {"Origin": "http://evil.example"}
    assert (await send(play, path, act="fan.unsubscribe", headers=foreign))[0] == 403
    assert (await send(play, path, act="fan.unsubscribe", headers={"Origin": "null"}))[0] == 403
    assert (await send(play, path, act="fan.unsubscribe", headers={"Sec-Fetch-Site": "same-site"}))[0] == 403
    assert (await send(play, path, act="fan.unsubscribe", form_key="guessed"))[0] == 403
    own = {"Origin": play.url, "Sec-Fetch-Site": "same-origin"}
    assert (await send(play, path, act="fan.message", text="你好", headers=own))[0] == 303
    # a name of a stranger that resolves to loopback sees nothing, so that it can't read the forms' key
    async with play.http.get(f"{play.url}/play", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    async with play.http.post(f"{play.url}/_ctl/reset", headers={"Origin": play.url}) as answer:
        assert answer.status == 403
    assert (await play.ctl.people("fans"))["fans"][0]["subscribed"]


async def test_a_form_leads_back_only_to_our_own_pages(play: Any) -> None:
    for wanted in ("https://evil.example/play", "//evil.example", "/mp/phone", "/play/../x//evil"):
        status, location = await send(play, "/play/admin/calm", back=wanted)
        assert status == 303
        assert location.startswith("/play")
        assert "evil.example" not in urlsplit(location).netloc


async def test_a_person_acts_only_as_themselves(play: Any) -> None:
    mine = (await play.ctl.act("fan.subscribe", name="王芳"))["openid"]
    other = (await play.ctl.act("fan.subscribe", name="刘洋"))["openid"]
    await do(play, f"/play/people/{mine}/acts", act="fan.unsubscribe", openid=other)
    fans = {one["openid"]: one["subscribed"] for one in (await play.ctl.people("fans"))["fans"]}
    assert fans == {mine: False, other: True}
    status, location = await send(play, f"/play/people/{mine}/acts", act="member.leave", userid="zhang.wei")
    assert (status, "failed" in location) == (303, True)


async def test_who_is_gone_gets_a_page_that_says_so(play: Any) -> None:
    for path in ("/play/people/nobody", f"/play/members/{CORPID}/nobody", "/play/admin/callbacks/99"):
        async with play.http.get(play.url + path) as answer:
            assert answer.status == 404
            assert "找不到" in await answer.text()
