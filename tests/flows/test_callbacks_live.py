"""Callbacks over real HTTP: a repeated one has one effect, a forged or broken one leaves nothing but a count."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
import pytest

from tests.flows.instances import Instance
from tests.waiting import until

MEGABYTE = 1024 * 1024
MARK = "标记"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def app_of(instance: Instance, side: str) -> str:
    """The sandbox's name of the app that calls this side."""
    place = await instance.sandbox.config()
    if side == "official_account":
        return f"oa:{place['official_accounts'][0]['appid']}"
    corp = place["corps"][0]
    return f"wx:{corp['corpid']}:{corp['agents'][0]['agentid']}"


async def message(instance: Instance, openid: str, text: str) -> str:
    """What the account gets when a follower writes; a new message each time."""
    account = (await instance.sandbox.config())["official_accounts"][0]
    return (
        f"<xml><ToUserName>{account['original_id']}</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>{escape(text)}</Content>"
        f"<MsgId>{secrets.randbelow(10**15)}</MsgId></xml>"
    )


async def post(http: aiohttp.ClientSession, wrapped: dict[str, Any], body: bytes | None = None) -> int:
    sent = wrapped["body"].encode() if body is None else body

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(sent), 65_536):
            yield sent[start : start + 65_536]

    size = {"Content-Length": str(len(sent))}
    async with http.post(wrapped["url"], params=wrapped["query"], data=pieces(), headers=size) as answer:
        await answer.read()
        return answer.status


async def test_the_same_callback_three_times_and_twice_at_once_has_one_effect(
    instance: Instance, http: aiohttp.ClientSession
) -> None:
    openid = (await instance.sandbox.act("fan.subscribe", name="重复"))["openid"]
    # the sandbox's fan must have a window too, or the answer could not be sent
    await instance.sandbox.act("fan.message", openid=openid, text="您好")
    await instance.sandbox.settle()
    app = await app_of(instance, "official_account")
    plain = await message(instance, openid, "订阅")
    for _ in range(3):
        assert await post(http, await instance.sandbox.wrap(plain, app, openid)) == 200
    two = [await instance.sandbox.wrap(plain, app, openid) for _ in range(2)]
    assert await asyncio.gather(*(post(http, one) for one in two)) == [200, 200]

    async def answered() -> bool:
        return bool((await instance.sandbox.reached(kind="custom", to=openid, text="您已恢复接收"))["total"])

    await until(answered, seconds=20)
    sql = "SELECT state, copies FROM callback WHERE side = 'official_account' AND copies >= 5"
    assert await instance.rows(sql) == [{"state": "handled", "copies": 5}]
    client = "(SELECT client_id FROM fan WHERE openid = $1)"
    assert await instance.value(f"SELECT count(*) FROM inbound WHERE client_id = {client}", openid) == 2
    assert await instance.value(f"SELECT count(*) FROM consent WHERE client_id = {client}", openid) == 1
    assert (await instance.sandbox.reached(kind="custom", to=openid))["total"] == 1


async def test_what_the_sandbox_replays_at_once_makes_one_contact_and_one_welcome(instance: Instance) -> None:
    added = await instance.sandbox.act("client.add", userid="qian.duo", name="重放")
    await instance.sandbox.settle()
    await instance.sandbox.replay(added["callbacks"][0], times=4)
    await instance.sandbox.settle()

    async def welcomed() -> bool:
        return bool((await instance.sandbox.reached(kind="welcome", to=added["external_userid"]))["total"])

    await until(welcomed, seconds=20)
    sql = "SELECT count(*) FROM contact WHERE external_userid = $1"
    assert await instance.value(sql, added["external_userid"]) == 1
    sql = "SELECT count(*) FROM send WHERE recipient = $1 AND channel = 'wecom_welcome'"
    assert await instance.value(sql, added["external_userid"]) == 1
    outcomes = {one["outcome"] for one in await instance.sandbox.callbacks(event="*external_contact*")}
    assert outcomes <= {"accepted", "ok", "done", "delivered", "answered"}, outcomes


@pytest.mark.parametrize("side", ["official_account", "wecom"])
async def test_forged_foreign_and_broken_calls_are_refused_and_only_counted(
    instance: Instance, http: aiohttp.ClientSession, side: str
) -> None:
    app = await app_of(instance, side)
    openid = "oNobodyWeKnow"
    plain = await message(instance, openid, MARK)

    async def wrapped(text: str, **flaws: bool) -> dict[str, Any]:
        return await instance.sandbox.wrap(text, app, openid, **flaws)

    good = await wrapped(plain)
    unsigned = {**good, "query": {}}
    calls: list[tuple[str, dict[str, Any], bytes | None]] = [
        ("forged signature", await wrapped(plain, signature=True), None),
        ("wrong receiver", await wrapped(plain, receiver=True), None),
        ("stale", await wrapped(plain, timestamp=True), None),
        ("plain body", good, plain.encode()),
        ("one megabyte", good, b"<xml>" + b"x" * MEGABYTE + b"</xml>"),
        ("more than a megabyte when sealed", await wrapped(plain.replace(MARK, "x" * 900_000)), None),
        ("doctype outside", good, b'<!DOCTYPE xml [<!ENTITY a "aa">]>' + good["body"].encode()),
        ("doctype inside", await wrapped('<!DOCTYPE xml [<!ENTITY a "aa">]>' + plain), None),
        ("half a JSON", good, b'{"encrypt": "abc'),
        ("half a JSON inside", await wrapped('{"Event": "subsc'), None),
        ("half a document", good, good["body"].encode()[: len(good["body"]) // 2]),
        ("nothing", good, b""),
        ("zeros", good, bytes(100)),
        ("no query", unsigned, None),
    ]
    before = await counted(instance, side)
    stored = await instance.value("SELECT count(*) FROM callback WHERE side = $1 AND kind <> ''", side)
    statuses = {name: await post(http, call, body) for name, call, body in calls}
    assert {name: status for name, status in statuses.items() if not 400 <= status < 500} == {}

    async def all_counted() -> bool:
        return await counted(instance, side) == before + len(calls)

    await until(all_counted, seconds=10)
    assert await instance.value("SELECT count(*) FROM callback WHERE side = $1 AND kind <> ''", side) == stored
    assert await instance.value("SELECT count(*) FROM fan WHERE openid = $1", openid) == 0


async def counted(instance: Instance, side: str) -> int:
    return int(await instance.value("SELECT coalesce(sum(count), 0) FROM refused_call WHERE side = $1", side))
