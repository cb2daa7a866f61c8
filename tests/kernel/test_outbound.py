"""The way out leads to the hosts of the settings only, and never by a public name into the inner network."""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
from collections.abc import Iterator

import pytest
from aiohttp import web
from yarl import URL

from kernel import outbound, settings
from tests.wechat import loopback
from tests.wechat.loopback import Loopback


@pytest.fixture
async def platform():
    made = Loopback()
    runner = await loopback.start(made)
    yield made
    await runner.cleanup()


@pytest.fixture
def as_at_a_bank(monkeypatch) -> Iterator[None]:
    """Settings of production: no demo mode, the real hosts, one gateway of the bank's own."""
    for name in ("OA_API_URL", "WECOM_API_URL", "OA_PAGE_URL"):
        monkeypatch.delenv(f"HUILIU_{name}")
    monkeypatch.setenv("HUILIU_DEMO", "0")
    monkeypatch.setenv("HUILIU_INDEX_KEY", base64.b64encode(secrets.token_bytes(32)).decode())
    monkeypatch.setenv("HUILIU_PUBLIC_URL", "https://console.bank.example")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


def _lead(monkeypatch, *numbers: str) -> None:
    """Let every name lead to these addresses: the outside world of this test."""

    async def lookup(host, port, **_kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "http://api.weixin.qq.com",
        "https://api.weixin.qq.com:8443",
        "https://api.weixin.qq.com.evil.example",
        "https://user@api.weixin.qq.com",
        "https://api.weixin.qq.com?x=1",
        "http://127.0.0.1:9",
        "http://169.254.169.254",
        "https://10.0.0.1",
        "http://[::1]:80",
        "ftp://api.weixin.qq.com",
        "file:///etc/passwd",
    ],
)
def test_only_the_hosts_of_the_settings_may_be_called(as_at_a_bank, address):
    assert not outbound.is_allowed(URL(address))
    assert outbound.is_allowed(URL("https://api.weixin.qq.com"))
    assert outbound.is_allowed(URL("https://qyapi.weixin.qq.com"))


@pytest.mark.parametrize("number", ["10.0.0.8", "192.168.1.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "100.64.0.1"])
async def test_a_public_name_that_leads_into_the_inner_network_is_refused(as_at_a_bank, monkeypatch, number):
    _lead(monkeypatch, "203.205.254.1", number)
    client = outbound.Client("https://api.weixin.qq.com")
    try:
        with pytest.raises(outbound.NotAllowed):
            await client.request("GET", "/cgi-bin/token")
    finally:
        await client.close()


async def test_a_gateway_of_the_bank_may_stand_in_its_network_when_the_settings_say_so(as_at_a_bank, monkeypatch):
    resolver = outbound._Resolver()
    _lead(monkeypatch, "10.0.0.8")
    with pytest.raises(outbound.NotAllowed):
        await resolver.resolve("gateway.bank.example", 443)
    monkeypatch.setenv("HUILIU_PRIVATE_HOSTS", "gateway.bank.example")
    settings.forget()
    assert [found["host"] for found in await resolver.resolve("gateway.bank.example", 443)] == ["10.0.0.8"]
    _lead(monkeypatch, "169.254.169.254")
    with pytest.raises(outbound.NotAllowed):
        await resolver.resolve("gateway.bank.example", 443)


async def test_a_path_stays_below_its_host(platform):
    client = outbound.Client(f"{platform.url}/wx")
    try:
        for path in ("//evil.example/", "/../admin", "/a/./b", "/a?x=1", "https://evil.example/", "/a%2e%2e", "/a#b"):
            with pytest.raises(outbound.NotAllowed):
                await client.request("GET", path)
        assert platform.seen == []
    finally:
        await client.close()


async def test_a_redirect_is_an_answer_and_not_followed(platform):
    platform.answer("/x", web.Response(status=302, headers={"Location": f"{platform.url}/elsewhere"}))
    client = outbound.Client(platform.url)
    try:
        assert (await client.request("GET", "/x")).status == 302
        assert platform.calls("/elsewhere") == []
    finally:
        await client.close()


async def test_an_answer_larger_than_the_limit_is_cut(platform, monkeypatch):
    monkeypatch.setattr(outbound, "ANSWER_BYTES", 1000)
    platform.answer("/large", web.Response(body=b"x" * 2000))
    client = outbound.Client(platform.url)
    try:
        with pytest.raises(outbound.Unclear):
            await client.request("GET", "/large")
    finally:
        await client.close()


async def test_no_connection_and_no_answer_are_told_apart(platform):
    platform.answer("/hangs", "hang")
    client, nowhere = outbound.Client(platform.url, total_s=0.3), outbound.Client("http://127.0.0.1:9")
    try:
        with pytest.raises(outbound.Unclear) as unclear:
            await client.request("GET", "/hangs")
        assert unclear.value.timed_out
        with pytest.raises(outbound.NotSent):
            await nowhere.request("GET", "/x")
    finally:
        await client.close()
        await nowhere.close()
