"""The entry through WeChat: who opens it is who WeChat says, whoever the link was made for."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from community.clients import identities, personal
from community.clients.models import Client, Identity
from kernel import settings
from tests.browsing import Answer, Browser


@pytest.fixture
async def fans(sandbox) -> dict[str, Client]:
    """Two followers of the sandbox whom we know, by openid."""
    await sandbox.seed("bulk", fans=2)
    openids = [fan["openid"] for fan in (await sandbox.people("fans"))["fans"]][:2]
    known = {}
    for openid, name in zip(openids, ("欧阳修文", "司马相如"), strict=True):
        client = await identities.find_or_create("openid", settings.get().oa_appid, openid, source="follow")
        await Client.filter(id=client.id).update(name_sealed=personal.seal_name(client.id, name))
        known[openid] = client
    return known


async def _through_wechat(browser: Browser, openid: str) -> str:
    """The path that WeChat sends the browser back to, as this person."""
    there = (await browser.get("/p/me")).headers["location"]
    async with aiohttp.ClientSession() as session:
        address = there.split("#")[0] + f"&as={openid}"
        async with session.get(address, allow_redirects=False) as answer:
            parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"


async def _enter(browser: Browser, openid: str) -> Answer:
    answer = await browser.get(await _through_wechat(browser, openid))
    assert answer.status == 303
    return await browser.get(answer.headers["location"])


async def test_who_enters_sees_the_own_name_and_who_is_sent_the_address_does_not(web_app, fans):
    one, other = fans
    browser = Browser(web_app)
    page = await _enter(browser, one)
    assert "欧**文" in page.text
    stranger = Browser(web_app)
    forwarded = await stranger.get("/p/me/home")
    assert (forwarded.status, forwarded.headers["location"]) == (303, "/p/me")
    assert "司**如" in (await _enter(stranger, other)).text


async def test_a_code_is_good_once_and_in_the_browser_that_asked_for_it(web_app, fans):
    openid = next(iter(fans))
    browser = Browser(web_app)
    path = await _through_wechat(browser, openid)
    assert parse_qs(urlsplit(path).query)["code"]
    assert (await Browser(web_app).get(path)).status == 403, "another browser has no state"
    assert (await browser.get(path)).status == 303
    assert (await browser.get(path)).status == 403, "the state is spent"


async def test_a_follower_whom_we_do_not_know_is_told_so(web_app, fans):
    openid = next(iter(fans))
    await Identity.filter(value=openid).delete()
    browser = Browser(web_app)
    answer = await browser.get(await _through_wechat(browser, openid))
    assert answer.status == 403
    assert "还没有您的资料" in answer.text
