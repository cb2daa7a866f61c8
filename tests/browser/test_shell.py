"""The shell of the console in a real browser: policy, palette, drawer, and pages that fit a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


async def test_no_page_offends_the_content_policy_or_overflows_a_phone(visitor: Visitor):
    for width in (1440, 390):
        for role in ("marketing", "administrator", "reviewer"):
            page = await visitor.sign_in(role, width=width)
            for address in await page.eval_on_selector_all(".side nav a", "links => links.map(link => link.href)"):
                await page.goto(address)
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, address
            await visitor.keep(page, f"shell-{role}-{width}")
    assert visitor.complaints == []


async def test_the_palette_opens_pages_and_looks_for_clients(visitor: Visitor):
    page = await visitor.sign_in("marketing")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("客户群")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/groups")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("0001")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/clients?found=*")
    await expect(page.locator("main #q")).to_have_value("0001")
    assert visitor.complaints == []


async def test_on_a_phone_the_navigation_is_a_drawer_that_escape_closes(visitor: Visitor):
    page = await visitor.sign_in("marketing", width=390)
    first = page.locator(".side nav a").first
    await expect(first).to_be_hidden()
    await page.click(".burger")
    await expect(first).to_be_visible()
    await expect(page.locator(".side nav a", has_text="客户群")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(first).to_be_hidden()
