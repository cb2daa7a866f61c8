"""A client library written by others runs its normal flows against the sandbox, with nothing changed but the host."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.work import WeChatClient as WorkClient


class ToSandbox(HTTPAdapter):
    """Carries every request for WeChat's hosts to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.hosts = {"https://api.weixin.qq.com/": f"{url}/oa/", "https://qyapi.weixin.qq.com/": f"{url}/wx/"}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        for host, place in self.hosts.items():
            request.url = (request.url or "").replace(host, place)
        return super().send(request, *args, **kwargs)


async def test_the_library_reads_fans_and_answers_one(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    await play.ctl.act("fan.message", openid=openid)

    def flow() -> Any:
        client = WeChatClient("wxbank0000000001", "oa-secret")
        client._http.mount("https://", ToSandbox(play.url))
        with client._http:
            client.message.send_text(openid, "您好")
            code = client.qrcode.create({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x"}}})
            with pytest.raises(WeChatClientException, match="40003"):
                client.user.get("nobody")
            return client.user.get_followers(), client.user.get(openid), code

    fans, fan, code = await asyncio.to_thread(flow)
    assert openid in fans["data"]["openid"]
    assert fan["subscribe"] == 1
    assert code["ticket"]
    assert (await play.ctl.reached(kind="custom"))["people"] == {openid: {"custom": 1}}


async def test_the_library_walks_clients_and_creates_a_group_message(play: Any) -> None:
    seeded = await play.ctl.seed("small")

    def flow() -> Any:
        client = WorkClient("wwbank0000000001", "wx-secret")
        client._http.mount("https://", ToSandbox(play.url))
        with client._http:
            found = client.external_contact.list("zhang.wei")["external_userid"]
            groups = [one["chat_id"] for one in client.external_contact_group_chat.list_all()]
            body = {"external_userid": found, "text": {"content": "您好"}}
            return found, groups, client.external_contact.add_msg_template(body)

    found, groups, made = await asyncio.to_thread(flow)
    assert (found, groups) == (seeded["externals"][:3], seeded["groups"])
    await play.ctl.act("member.confirm_groupmsg")
    assert (await play.ctl.reached(msgid=made["msgid"]))["persons"] == 3


async def test_the_library_tends_tags_ways_media_and_members(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    client_id = seeded["externals"][0]

    def flow() -> Any:
        client = WorkClient("wwbank0000000001", "wx-secret")
        client._http.mount("https://", ToSandbox(play.url))
        with client._http:
            contacts = client.external_contact
            group = contacts.add_corp_tag(None, "等级", 0, [{"name": "金卡"}])["tag_group"]
            contacts.mark_tag("zhang.wei", client_id, add_tag=[group["tag"][0]["id"]])
            way = contacts.add_contact_way(1, 2, 1, "大堂", True, "lobby", user=["li.na"])
            shown = contacts.get_contact_way(way["config_id"])["contact_way"]
            contacts.del_contact_way(way["config_id"])
            media = client.media.upload("file", ("plan.pdf", b"%PDF" + b"0" * 100))
            client.message.send_text(1000002, ["li.na"], "您好")
            client.message.send_file(1000002, ["li.na"], media["media_id"])
            people = client.user.list(1, fetch_child=True)
            with pytest.raises(WeChatClientException, match="60111"):
                client.user.get("nobody")
            return shown, people, client.department.list(), client.tag.create("客户经理"), contacts.get(client_id)

    shown, people, parties, tag, client = await asyncio.to_thread(flow)
    assert shown["state"] == "lobby"
    assert [one["userid"] for one in people] == ["zhang.wei", "li.na"]
    assert [one["name"] for one in parties] == ["总行"]
    assert tag["tagid"] == 1
    assert client["follow_user"][0]["tags"][0]["tag_name"] == "金卡"
    assert (await play.ctl.reached(kind="staff"))["people"] == {"li.na": {"staff": 2}}


async def test_the_library_counts_groups_and_books_a_livestream(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    now = int((await play.ctl.clock())["now"])

    def flow() -> Any:
        client = WorkClient("wwbank0000000001", "wx-secret")
        client._http.mount("https://", ToSandbox(play.url))
        with client._http:
            groups = client.external_contact_group_chat
            figures = groups.statistic(now, owner_userid_list=["zhang.wei"])
            shown = groups.get(seeded["groups"][0])
            live = client.living.create("li.na", "开市", now + 3600, 3600)
            return figures, shown, client.living.get_living_info(live["livingid"])

    figures, shown, info = await asyncio.to_thread(flow)
    assert figures["items"][0]["data"]["chat_total"] == 1
    assert len(shown["group_chat"]["member_list"]) == 4
    assert info["living_info"]["theme"] == "开市"
