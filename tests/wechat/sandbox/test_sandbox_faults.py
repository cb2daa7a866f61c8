"""Faults on demand: slow, broken, cut off, out of quota, or done but never answered."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

SEND = "/oa/cgi-bin/message/custom/send"
TEXT = {"msgtype": "text", "text": {"content": "您好"}}


async def fault(play: Any, kind: str, **more: Any) -> None:
    await play.ctl.faults({"path": "*custom/send", "kind": kind, **more})


async def fan(play: Any) -> str:
    openid = (await play.ctl.act("fan.subscribe"))["openid"]
    await play.ctl.act("fan.message", openid=openid)
    return str(openid)


async def test_an_errcode_comes_as_often_as_asked(play: Any) -> None:
    openid = await fan(play)
    await fault(play, "errcode", errcode=-1, times=2, after=1)
    codes = [(await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] for _ in range(4)]
    assert codes == [0, -1, -1, 0]
    assert (await play.ctl.reached())["total"] == 2


async def test_a_hanging_call_did_nothing(play: Any) -> None:
    openid = await fan(play)
    await fault(play, "hang", times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(play.oa("message/custom/send", {"touser": openid, **TEXT}), 0.3)
    assert (await play.ctl.reached())["total"] == 0
    assert [one["fault"] for one in await play.ctl.requests("*custom/send")] == ["hang"]


@pytest.mark.parametrize("kind", ["accept_then_timeout", "accept_then_reset"])
async def test_an_accepted_call_may_go_unanswered(play: Any, kind: str) -> None:
    openid = await fan(play)
    await fault(play, kind, times=1)
    with pytest.raises((TimeoutError, aiohttp.ClientError)):
        await asyncio.wait_for(play.oa("message/custom/send", {"touser": openid, **TEXT}), 0.3)
    assert (await play.ctl.reached())["people"] == {openid: {"custom": 1}}


async def test_the_duplicate_of_an_unanswered_mass_send_is_recognised(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    await play.ctl.faults({"path": "*mass/send", "kind": "accept_then_reset", "times": 1})
    asked = {"touser": fans, **TEXT, "clientmsgid": "once"}
    with pytest.raises(aiohttp.ClientError):
        await play.oa("message/mass/send", asked)
    assert (await play.oa("message/mass/send", asked))["errcode"] == 45066
    await play.ctl.clock(advance=61)
    assert (await play.oa("message/mass/send", asked))["errcode"] == 45065
    await play.ctl.settle()
    assert (await play.ctl.reached())["most"] == 1


@pytest.mark.parametrize("kind", ["reset", "truncated"])
async def test_broken_lines(play: Any, kind: str) -> None:
    openid = await fan(play)
    await fault(play, kind, times=1)
    with pytest.raises(aiohttp.ClientError):
        await play.oa("message/custom/send", {"touser": openid, **TEXT})
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 0


@pytest.mark.parametrize(("kind", "status"), [("http_502", 502), ("html_200", 200)])
async def test_pages_in_place_of_json(play: Any, kind: str, status: int) -> None:
    await fault(play, kind)
    async with play.http.post(play.url + SEND) as answer:
        assert answer.status == status
        assert (await answer.text()).startswith("<html>")
    await play.ctl.clear_faults()
    assert (await play.call("POST", SEND, {}))["errcode"] == 41001


async def test_latency_adds_to_the_answer(play: Any) -> None:
    await fault(play, "latency", ms=120)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert (await play.call("POST", SEND, {}))["errcode"] == 41001
    assert loop.time() - begun >= 0.12


async def test_a_quota_blocks_for_its_time(play: Any) -> None:
    openid = await fan(play)
    await play.ctl.clock(freeze=True)
    await fault(play, "quota", limit=2, window_s=60, block_s=60)
    codes = [(await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] for _ in range(3)]
    assert codes == [0, 0, 45009]
    await play.ctl.clock(advance=61)
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 0


async def test_a_token_may_be_revoked_in_the_middle(play: Any) -> None:
    openid = await fan(play)
    await fault(play, "revoke_token", times=1)
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 40001
    play.tokens.clear()
    assert (await play.oa("message/custom/send", {"touser": openid, **TEXT}))["errcode"] == 0
