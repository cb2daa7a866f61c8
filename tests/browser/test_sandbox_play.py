"""A person plays the sandbox in a real browser: client, member and platform, wide and on a phone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.browser.conftest import ARTEFACTS, CHROMIUM
from wechat.sandbox import config, server
from wechat.sandbox.client import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PLACE = {
    "official_accounts": [{"appid": "wxplay", "secret": "s", "name": "海岳银行"}],
    "corps": [{"corpid": "wwplay", "name": "海岳银行", "agents": [{"agentid": 1, "secret": "x"}]}],
    "seed": {"kind": "small"},
}


@pytest.fixture
async def sandbox() -> AsyncIterator[str]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    async with server.running(config.read(PLACE)) as url:
        yield url


@pytest.fixture
async def window(sandbox: str) -> AsyncIterator[BrowserContext]:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.set_default_timeout(15_000)
        context.on("console", note)
        yield context
        await browser.close()
    assert complaints == []


async def keep(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"play-{name}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_three_roles_are_played_and_each_sees_what_the_others_did(sandbox: str, window: BrowserContext) -> None:
    page = await window.new_page()
    await page.goto(f"{sandbox}/play")
    await keep(page, "home")
    await page.get_by_role("link", name="王芳").click()
    await page.get_by_role("link", name="海岳银行 已关注").click()
    await page.get_by_label("消息").fill("你好，想问积分")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator("#chat")).to_contain_text("你好，想问积分")
    await answers_come_by_themselves(sandbox, page)
    await keep(page, "account")
    await page.goto(f"{sandbox}/play")
    await page.get_by_role("link", name="张伟").click()
    await page.get_by_placeholder("群名").fill("周末沙龙")
    await page.get_by_role("button", name="建群").click()
    await expect(page.get_by_role("status")).to_have_text("群已建立")
    await keep(page, "desk")
    await the_platform(sandbox, page)
    await page.set_viewport_size({"width": 390, "height": 800})
    for path, name in (("/play", "home"), ("/play/admin", "admin"), ("/play/admin/callbacks", "callbacks")):
        await page.goto(sandbox + path)
        await keep(page, f"{name}-phone")


async def answers_come_by_themselves(sandbox: str, page: Page) -> None:
    """What the account writes appears in the open chat without a click."""
    async with Sandbox(f"{sandbox}/_ctl") as control:
        openid = next(one["openid"] for one in (await control.people("fans"))["fans"] if one["name"] == "王芳")
    token = await page.request.post(
        f"{sandbox}/oa/cgi-bin/stable_token",
        data={"grant_type": "client_credential", "appid": "wxplay", "secret": "s"},
    )
    sent = await page.request.post(
        f"{sandbox}/oa/cgi-bin/message/custom/send?access_token={(await token.json())['access_token']}",
        data=json.dumps({"touser": openid, "msgtype": "text", "text": {"content": "您有 66 分"}}, ensure_ascii=False),
    )
    assert (await sent.json())["errcode"] == 0
    await expect(page.locator("#chat")).to_contain_text("您有 66 分", timeout=10_000)


async def the_platform(sandbox: str, page: Page) -> None:
    """Another preset, a day later, and the callbacks that there were."""
    await page.goto(f"{sandbox}/play/admin")
    await page.get_by_label("群发档位").select_option("day_1")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("规则已修改")
    await page.get_by_role("button", name="+1 天").click()
    await expect(page.get_by_role("status")).to_contain_text("平台时间")
    await keep(page, "admin")
    await page.get_by_role("link", name="查看回调与重发").click()
    await expect(page.get_by_role("table")).to_contain_text("text")
