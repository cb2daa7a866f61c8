"""Clients that can change only the host reach the right side without a prefix."""

from __future__ import annotations

from typing import Any

OA = {"grant_type": "client_credential", "appid": "wxbank0000000001", "secret": "oa-secret"}
WX = {"corpid": "wwbank0000000001", "corpsecret": "wx-secret"}


async def test_paths_of_one_side_are_found_by_themselves(play: Any) -> None:
    assert (await play.call("GET", "/cgi-bin/token", **OA))["access_token"]
    assert (await play.call("GET", "/cgi-bin/gettoken", **WX))["access_token"]
    assert (await play.call("GET", "/cgi-bin/nowhere"))["errcode"] == 40066


async def test_paths_of_both_sides_go_by_the_token(play: Any) -> None:
    oa, wx = await play.oa_token(), await play.wx_token()
    assert "ip_list" in await play.call("GET", "//cgi-bin/getcallbackip", access_token=oa)
    assert "ip_list" in await play.call("GET", "/cgi-bin/getcallbackip", access_token=wx)
    assert (await play.call("GET", "/cgi-bin/user/get", access_token=wx, userid="zhang.wei"))["errcode"] == 60111
    assert (await play.call("GET", "/cgi-bin/user/get", access_token=oa))["total"] == 0


async def test_wechat_s_own_host_names_decide(play: Any) -> None:
    async def ask(host: str, path: str, **query: str) -> Any:
        async with play.http.get(play.url + path, params=query, headers={"Host": host}) as answer:
            return answer.status, await answer.text()

    assert "access_token" in (await ask("api.weixin.qq.com", "/cgi-bin/token", **OA))[1]
    assert "access_token" in (await ask("qyapi.weixin.qq.com", "/cgi-bin/gettoken", **WX))[1]
    assert (await ask("mp.weixin.qq.com", "/cgi-bin/showqrcode", ticket="x"))[0] == 404
    assert (await ask("open.weixin.qq.com", "/connect/oauth2/authorize", appid="x"))[0] == 400
