"""Tokens: who gets one, how long it holds, and what a bad one is answered."""

from __future__ import annotations

from typing import Any

SEND = "/oa/cgi-bin/message/custom/send"


async def test_the_stable_token_stays_the_same_until_five_minutes_before_its_end(play: Any) -> None:
    first = await play.oa_token()
    assert await play.oa_token() == first
    await play.ctl.clock(advance=7200 - 299)
    second = await play.oa_token()
    assert second != first
    assert (await play.call("GET", "/oa/cgi-bin/user/get", access_token=first))["total"] == 0


async def test_the_classic_token_voids_the_one_before_after_its_overlap(play: Any) -> None:
    await play.ctl.switches(token_overlap_s=0)
    asked = {"grant_type": "client_credential", "appid": "wxbank0000000001", "secret": "oa-secret"}
    first = (await play.call("GET", "/oa/cgi-bin/token", **asked))["access_token"]
    await play.call("GET", "/oa/cgi-bin/token", **asked)
    assert (await play.call("GET", "/oa/cgi-bin/user/get", access_token=first))["errcode"] == 40001


async def test_missing_unknown_expired_and_revoked_tokens_have_their_own_codes(play: Any) -> None:
    token = await play.oa_token()

    async def code(**query: str) -> int:
        return int((await play.call("GET", "/oa/cgi-bin/user/get", **query)).get("errcode", 0))

    assert await code() == 41001
    assert await code(access_token="nonsense") == 40014
    assert await code(access_token=token) == 0
    await play.ctl.revoke_tokens("oa:wxbank0000000001")
    assert await code(access_token=token) == 40001
    fresh = await play.oa_token()
    await play.ctl.clock(advance=7201)
    assert await code(access_token=fresh) == 42001


async def test_a_token_of_one_side_or_app_opens_nothing_of_another(play: Any) -> None:
    wx = await play.wx_token()
    assert (await play.call("GET", "/oa/cgi-bin/user/get", access_token=wx))["errcode"] == 40001
    quiet = await play.wx_token("quiet-secret")
    path = "/wx/cgi-bin/externalcontact/get_follow_user_list"
    assert (await play.call("GET", path, access_token=quiet))["errcode"] == 48002
    assert (await play.call("GET", path, access_token=wx))["errcode"] == 0


async def test_wrong_secrets_are_refused(play: Any) -> None:
    asked = {"grant_type": "client_credential", "appid": "wxbank0000000001", "secret": "guess"}
    assert (await play.call("POST", "/oa/cgi-bin/stable_token", asked))["errcode"] == 40125
    wx = await play.call("GET", "/wx/cgi-bin/gettoken", corpid="wwbank0000000001", corpsecret="guess")
    assert wx["errcode"] == 40001
    assert "more info at" in wx["errmsg"]


async def test_a_forced_refresh_must_wait_thirty_seconds(play: Any) -> None:
    asked = {"grant_type": "client_credential", "appid": "wxbank0000000001", "secret": "oa-secret"}
    forced = {**asked, "force_refresh": True}
    await play.ctl.clock(freeze=True)
    first = (await play.call("POST", "/oa/cgi-bin/stable_token", forced))["access_token"]
    assert (await play.call("POST", "/oa/cgi-bin/stable_token", forced))["errcode"] == 45011
    await play.ctl.clock(advance=31)
    assert (await play.call("POST", "/oa/cgi-bin/stable_token", forced))["access_token"] != first


async def test_json_rules_are_enforced(play: Any) -> None:
    token = await play.oa_token()
    query = {"access_token": token}
    async with play.http.post(play.url + SEND, data=b"{not json", params=query) as answer:
        assert (await answer.json(content_type=None))["errcode"] == 47001
    async with play.http.post(play.url + SEND, json={"touser": "o", "text": "您好"}, params=query) as answer:
        assert (await answer.json(content_type=None))["errcode"] == 40033
    assert (await play.call("GET", SEND, access_token=token))["errcode"] == 43002
    assert (await play.call("POST", "/oa/cgi-bin/user/get", {}, access_token=token))["errcode"] == 43001


async def test_the_audit_never_shows_tokens_or_secrets(play: Any) -> None:
    token = await play.oa_token()
    await play.call("GET", "/oa/cgi-bin/user/get", access_token=token)
    shown = str(await play.ctl.requests())
    assert token not in shown
    assert "oa-secret" not in shown
    assert [one["path"] for one in await play.ctl.requests("*user/get")] == ["/oa/cgi-bin/user/get"]
