"""People of the walk through trust: each in a browser of their own, with a phone that shows codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playwright.async_api import Page, expect

from kernel import clock
from tests.browser.conftest import Visitor
from tests.phones import Phone, scan

NEXT = timedelta(seconds=30)
"""A code is good once; the one after it is accepted, too, so that nobody here waits for the clock."""


@dataclass
class Member:
    """Somebody at work: the window, the phone, and the recovery codes on paper."""

    windows: Visitor
    page: Page
    phone: Phone
    codes: list[str]

    async def open(self, path: str) -> None:
        """Go to one of our pages."""
        await self.page.goto(f"{self.windows.address}{path}")

    async def press(self, label: str) -> None:
        """Press a button of the page, and prove once more who is there when that is asked."""
        await self.page.locator("main").get_by_role("button", name=label, exact=True).click()

    async def says(self, text: str) -> None:
        """What stands on the page, sooner or later."""
        await expect(self.page.locator("main")).to_contain_text(text)

    async def keep(self, name: str) -> None:
        """A picture for who looks at it afterwards."""
        await self.windows.keep(self.page, f"trust-{name}")


async def window(windows: Visitor, *, has_scripts: bool = True) -> Page:
    """A browser that nobody has used."""
    context = await windows.browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", java_script_enabled=has_scripts
    )
    page = await context.new_page()
    page.on("console", windows._note)
    page.on("pageerror", lambda error: windows.complaints.append(str(error)))
    return page


async def give_password(page: Page, login: str, password: str) -> None:
    """The first page of signing in."""
    await page.fill("#login", login)
    await page.fill("#password", password)
    await page.get_by_role("button", name="登录", exact=True).click()


async def first_time(windows: Visitor, login: str, password: str, *, has_scripts: bool = True) -> Member:
    """Sign in where everybody must have a second factor: it is set up on the way."""
    page = await window(windows, has_scripts=has_scripts)
    await page.goto(f"{windows.address}/login")
    await give_password(page, login, password)
    return await set_up(windows, page)


async def set_up(windows: Visitor, page: Page, name: str = "") -> Member:
    """Scan the picture, give the first code, keep the recovery codes."""
    await expect(page.locator("h1")).to_have_text("绑定动态码")
    phone, _draft = scan(await page.content())
    if name:
        await windows.keep(page, f"trust-{name}-scan")
    await page.fill("#code", phone.code())
    await page.get_by_role("button", name="完成绑定").click()
    await expect(page.locator("h1")).to_have_text("保存恢复码")
    codes = await page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    if name:
        await windows.keep(page, f"trust-{name}-codes")
    await page.get_by_role("link", name="我已保存，继续").click()
    await page.wait_for_url(f"{windows.address}/")
    return Member(windows, page, phone, codes)


def code_after(member: Member) -> str:
    """The code after the present one."""
    return member.phone.code(clock.now() + NEXT)


def forgive(windows: Visitor, status: str) -> None:
    """The browser itself reports a refusal's status; nothing else may have been said."""
    windows.complaints[:] = [one for one in windows.complaints if status not in one]
