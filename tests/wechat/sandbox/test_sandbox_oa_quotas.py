"""Who may call the account's API, from where, how often, and what a refusal tells."""

from __future__ import annotations

import re
from typing import Any

import aiohttp

APPID = "wxbank0000000001"
GRANT = {"grant_type": "client_credential", "appid": APPID, "secret": "oa-secret"}


async def change(play: Any, **settings: Any) -> None:
    account = (await play.ctl.config())["official_accounts"][0]
    await play.ctl.config(official_accounts=[{**account, **settings}], check=False)


async def stable(play: Any, **given: Any) -> int:
    told = await play.call("POST", "/oa/cgi-bin/stable_token", {**GRANT, **given})
    return int(told.get("errcode", 0))


async def test_tokens_are_given_to_listed_addresses_only(play: Any) -> None:
    await change(play, ip_whitelist=["10.0.0.0/8", "127.0.0.2"])
    told = await play.call("GET", "/oa/cgi-bin/token", **GRANT)
    assert told["errcode"] == 40164
    assert re.search(
        r"invalid ip 127\.0\.0\.1 .*not in whitelist rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$", told["errmsg"]
    )
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    address = f"{play.url}/oa/cgi-bin/token"
    async with aiohttp.ClientSession(connector=connector) as there, there.get(address, params=GRANT) as answer:
        assert (await answer.json(content_type=None))["access_token"]


async def test_every_wrong_credential_has_its_code(play: Any) -> None:
    codes = [
        await stable(play, **given) for given in ({"appid": ""}, {"secret": ""}, {"appid": "wx0"}, {"secret": "x"})
    ]
    assert codes == [41002, 41004, 40013, 40125]
    assert await stable(play, grant_type="x") == 40002
    await play.ctl.switches(wrong_secret_errcode=40001)
    assert await stable(play, secret="x") == 40001
    await change(play, secret_frozen=True)
    assert await stable(play) == 40243


async def test_a_day_of_calls_is_used_up_and_can_be_cleared(play: Any) -> None:
    await change(play, daily_limits={"/cgi-bin/user/get": 2})
    assert [(await play.oa("user/get")).get("errcode") for _ in range(3)] == [None, None, 45009]
    shown = await play.oa("openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})
    assert shown["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
    assert (await play.oa("openapi/quota/get", {"cgi_path": "/cgi-bin/nowhere"}))["errcode"] == 76021
    assert (await play.oa("clear_quota", {"appid": APPID}))["errcode"] == 0
    assert "errcode" not in await play.oa("user/get")
    for _ in range(9):
        await play.oa("clear_quota", {"appid": APPID})
    assert (await play.oa("clear_quota", {"appid": APPID}))["errcode"] == 48006
    by_secret = await play.call("POST", "/oa/cgi-bin/clear_quota/v2", {"appid": APPID, "appsecret": "oa-secret"})
    assert by_secret["errcode"] == 48006


async def test_the_day_begins_at_midnight_in_shanghai(play: Any) -> None:
    await change(play, daily_limits={"/cgi-bin/user/get": 1})
    await play.ctl.clock(set="2026-11-25T23:59:50")
    play.tokens.clear()
    assert "errcode" not in await play.oa("user/get")
    assert (await play.oa("user/get"))["errcode"] == 45009
    await play.ctl.clock(advance=15)
    assert "errcode" not in await play.oa("user/get")


async def test_too_many_calls_in_a_minute_are_refused_for_that_minute(play: Any) -> None:
    await play.ctl.clock(set="2026-11-25T10:00:00", freeze=True)
    for _ in range(60):
        assert (await play.oa("message/mass/sendall", {"filter": {"tag_id": 9}, "msgtype": "text"}))["errcode"] == 45159
    assert (await play.oa("message/mass/sendall", {"filter": {"tag_id": 9}, "msgtype": "text"}))["errcode"] == 45011
    await play.ctl.clock(advance=60, freeze=True)
    assert (await play.oa("message/mass/sendall", {"filter": {"tag_id": 9}, "msgtype": "text"}))["errcode"] == 45159


async def test_a_renewed_token_may_be_forced_twenty_times_a_day(play: Any) -> None:
    await play.ctl.clock(set="2026-11-25T08:00:00")
    for _ in range(20):
        assert await stable(play, force_refresh=True) == 0
        await play.ctl.clock(advance=31)
    assert await stable(play, force_refresh=True) == 45009
    await play.ctl.clock(set="2026-11-26T00:00:01")
    assert await stable(play, force_refresh=True) == 0


async def test_an_account_without_the_permission_is_told_so(play: Any) -> None:
    await change(play, denied=["/cgi-bin/menu/*"])
    assert (await play.oa("menu/get"))["errcode"] == 48001
    await change(play, denied=[], verified=False)
    assert (await play.oa("user/get"))["errcode"] == 48001
    await change(play, verified=True, kind="subscription")
    assert (await play.oa("template/get_all_private_template"))["errcode"] == 48001


async def test_a_refusal_can_be_looked_up_by_its_id(play: Any) -> None:
    told = await play.oa("user/info", openid="nobody")
    rid = told["errmsg"].rpartition("rid: ")[2]
    found = (await play.oa("openapi/rid/get", {"rid": rid}))["request"]
    assert "openid=nobody" in found["request_url"]
    assert "access_token=***" in found["request_url"]
    assert found["client_ip"] == "127.0.0.1"
    assert (await play.oa("openapi/rid/get", {"rid": "0-0-0"}))["errcode"] == 76001


async def test_the_callback_s_network_can_be_checked(play: Any, heard_play: Any) -> None:
    both = await heard_play.oa("callback/check", {"action": "all", "check_operator": "DEFAULT"})
    assert both["dns"][0]["ip"] == "127.0.0.1"
    assert both["ping"][0]["package_loss"] == "0%"
    assert (await heard_play.oa("callback/check", {"action": "x"}))["errcode"] == 40202
    assert (await heard_play.oa("callback/check", {"action": "dns", "check_operator": "x"}))["errcode"] == 40203
    assert (await heard_play.oa("getcallbackip"))["ip_list"]
