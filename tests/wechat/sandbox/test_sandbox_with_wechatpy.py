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
