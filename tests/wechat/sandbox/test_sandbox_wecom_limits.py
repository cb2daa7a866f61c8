"""What WeCom refuses: strangers' addresses, system secrets, people out of range, and calls that come too often."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

SMALL = {"limit": 10}


async def configure(play: Any, **changes: Any) -> None:
    corps = (await play.ctl.config())["corps"]
    corps[0]["agents"][0].update(changes)
    await play.ctl.config(corps=corps, check=False)


async def code(play: Any, path: str, body: Any = None, **query: Any) -> int:
    return int((await play.wx(path, body, **query)).get("errcode", 0))


async def test_a_token_keeps_its_value_until_it_ends(play: Any) -> None:
    first = await play.wx_token()
    await play.ctl.clock(advance=7100)
    assert await play.wx_token() == first
    await play.ctl.clock(advance=101)
    assert await play.wx_token() != first


async def test_two_thousand_wrong_secrets_shut_the_corp_out_for_an_hour(play: Any) -> None:
    asked = {"corpid": "wwbank0000000001", "corpsecret": "wrong"}
    codes = [(await play.call("GET", "/wx/cgi-bin/gettoken", **asked))["errcode"] for _ in range(2001)]
    assert (set(codes[:2000]), codes[2000]) == ({40001}, 45009)
    good = {**asked, "corpsecret": "wx-secret"}
    assert (await play.call("GET", "/wx/cgi-bin/gettoken", **good))["errcode"] == 45009
    await play.ctl.clock(advance=3601)
    assert (await play.call("GET", "/wx/cgi-bin/gettoken", **good))["errcode"] == 0


async def test_an_untrusted_address_is_told_its_own(play: Any) -> None:
    await configure(play, ip_list=["10.1.2.3"])
    told = await play.wx("getcallbackip")
    assert told["errcode"] == 60020
    assert "from ip: 127.0.0.1" in told["errmsg"]
    assert "hint: [" in told["errmsg"]


async def test_a_system_secret_reads_no_clients(play: Any) -> None:
    await play.ctl.seed("small")
    await configure(play, system=True)
    assert await code(play, "externalcontact/get_follow_user_list") == 48002
    assert await code(play, "user/get", userid="li.na") == 0


async def test_who_is_out_of_range_is_not_seen(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    party = (await play.ctl.act("party.create", name="浦东支行"))["id"]
    await play.ctl.act("member.update", userid="li.na", department=[party])
    await configure(play, scope={"parties": [party]})
    assert (await play.wx("externalcontact/get_follow_user_list"))["follow_user"] == ["li.na"]
    assert [one["userid"] for one in (await play.wx("user/list_id", {}))["dept_user"]] == ["li.na"]
    assert await code(play, "user/get", userid="zhang.wei") == 60011
    assert await code(play, "externalcontact/list", userid="zhang.wei") == 50002
    assert await code(play, "user/get", userid="nobody") == 60111
    assert (await play.wx("externalcontact/groupchat/list", SMALL))["group_chat_list"] == []
    body = {"touser": "zhang.wei|li.na", "agentid": 1000002, "msgtype": "text", "text": {"content": "x"}}
    assert (await play.wx("message/send", body))["invaliduser"] == "zhang.wei"
    await play.ctl.act("member.update", userid="li.na", may_contact=False)
    assert await code(play, "externalcontact/list", userid="li.na") == 84074
    assert (await play.wx("externalcontact/get", external_userid=seeded["externals"][4]))["errcode"] == 0


async def test_calls_beyond_the_minute_rest_for_sixty_seconds(play: Any) -> None:
    await play.ctl.switches(wecom_minute_quota=3)
    await play.ctl.clock(set="2026-03-02T10:00:05", freeze=True)
    assert [await code(play, "getcallbackip") for _ in range(5)] == [0, 0, 0, 45009, 45009]
    assert await code(play, "department/list") == 0
    await play.ctl.clock(advance=59)
    assert await code(play, "getcallbackip") == 45009
    await play.ctl.clock(advance=1)
    assert await code(play, "getcallbackip") == 0


async def test_calls_beyond_the_hour_rest_for_sixty_minutes(play: Any) -> None:
    await play.ctl.switches(wecom_hour_quota=2)
    await play.ctl.clock(set="2026-03-02T10:00:05", freeze=True)
    assert [await code(play, "getcallbackip") for _ in range(3)] == [0, 0, 45009]
    await play.ctl.clock(advance=3599)
    assert await code(play, "getcallbackip") == 45009
    await play.ctl.clock(advance=1)
    assert await code(play, "getcallbackip") == 0


async def test_too_many_calls_at_once_are_refused(play: Any) -> None:
    await play.wx_token()
    await play.ctl.switches(wecom_concurrent=2)
    await play.wx("getcallbackip")
    await play.ctl.faults({"path": "*department/list", "kind": "latency", "ms": 300})
    codes = await asyncio.gather(*(code(play, "department/list") for _ in range(5)))
    await play.ctl.clear_faults()
    assert sorted(codes) == [0, 0, 45033, 45033, 45033]
    assert await code(play, "getcallbackip") == 0


@pytest.mark.parametrize("agentid", [5, 1000003])
async def test_an_app_speaks_only_for_itself(play: Any, agentid: int) -> None:
    assert await code(play, "agent/get", agentid=agentid) == 301002


async def test_page_tickets_are_counted_by_the_hour(play: Any) -> None:
    codes = [await code(play, "ticket/get", type="agent_config") for _ in range(101)]
    assert (set(codes[:100]), codes[100]) == ({0}, 45009)
    assert await code(play, "get_jsapi_ticket") == 0
