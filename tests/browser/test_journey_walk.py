"""A journey of six steps: built by clicking, approved by another person, entered, and read on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from campaigns.journeys import advancing
from campaigns.journeys.models import Journey
from community.clients import timeline
from staff.models import Staff
from tests.browser.conftest import Visitor
from tests.web.console import bank

pytestmark = [pytest.mark.browser, pytest.mark.prove, pytest.mark.timeout(240)]


async def _add(page: Page, kind: str, *, way: str = "") -> None:
    """Press the lowest plus of the trunk, or of the way with that heading, and choose a kind."""
    place = (
        page.locator(".jway", has=page.locator("h3", has_text=way)).last if way else page.locator(".jflow > li").nth(-2)
    )
    slot = place.locator("details.slot").last
    await slot.locator("summary").click()
    await slot.locator(f"button[value^='add.{kind}.']").click()
    await page.wait_for_load_state()


async def test_six_steps_from_an_empty_page_to_clients_inside(visitor: Visitor, people: dict[str, Staff]) -> None:
    clients = await bank.make_clients(people, 12)
    page = await visitor.sign_in("marketing")
    await page.click(".side nav >> text=旅程")
    await page.get_by_role("link", name="新建旅程").first.click()
    await page.fill("#name", "新客六步")
    await page.get_by_role("button", name="建草稿").click()
    await page.select_option("[name='trigger.event']", "contact.added")
    await _add(page, "send")
    await page.fill("[name='s1.text']", "{称呼}您好，很高兴成为您的客户经理。")
    await _add(page, "wait_for")
    await _add(page, "tag", way="已发生")
    await page.fill("[name='s3.tag']", "已互动")
    await _add(page, "task", way="到期未发生")
    await page.fill("[name='s4.title']", "电话问候")
    await _add(page, "points")
    await _add(page, "wait")
    await page.select_option("[name='goal.event']", "event.accepted")
    await page.get_by_role("button", name="保存", exact=True).last.click()
    await page.wait_for_load_state()
    assert await page.locator("text=检查全部通过").count() == 1
    await visitor.keep(page, "journey-editor")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await visitor.keep(page, "journey-editor-390")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.get_by_role("button", name="保存并提交审批").last.click()
    await page.wait_for_load_state()

    known = people["reviewer"].password_hash
    await Staff.create(login="second", name="第二位", role="reviewer", reach="bank", password_hash=known)
    # it sends, and nobody knows to how many: two people say yes
    for login in ("reviewer", "second"):
        reviewer = await visitor.sign_in(login)
        await reviewer.goto(page.url)
        await reviewer.get_by_role("link", name="去审批").click()
        await reviewer.get_by_role("button", name="批准", exact=True).click()
        await reviewer.wait_for_load_state()

    journey = await Journey.get(name="新客六步")
    assert (journey.state, len(journey.draft["steps"])) == ("running", 4)
    await timeline.record_many(clients, "contact.added")
    await advancing.advance(journey.id)
    await page.reload()
    assert (await page.locator("#s2 .jcounts").first.inner_text()).split() == ["停在这里", "12", "经过", "0"]
    await visitor.keep(page, "journey")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visitor.complaints == []
