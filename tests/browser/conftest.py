"""A real Chromium in front of the real pages; skipped where no Chromium is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from staff.models import Staff
from tests import casting
from tests.waiting import until

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"


@dataclass
class Visitor:
    """Opens pages for one person and notes what the browser complained about."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)

    async def sign_in(self, role: str, *, width: int = 1440, password: str = casting.PASSWORD) -> Page:
        """A fresh window in which `role` (a login) has signed in."""
        context = await self.browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        page = await context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.address}/login")
        await page.fill("#login", role)
        await page.fill("#password", password)
        await page.click("main button")
        await page.wait_for_url(f"{self.address}/")
        return page

    async def keep(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page."""
        ARTEFACTS.mkdir(exist_ok=True)
        # else a sticky header is drawn in the middle of the picture
        await page.evaluate("scrollTo(0, 0)")
        await page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    """One person per role, all of one branch; the login is the role."""
    return await casting.people_of_every_role()


@pytest.fixture
async def visitor(people: dict[str, Staff]) -> AsyncIterator[Visitor]:
    """The console served on a free port of this machine, and a headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    config = uvicorn.Config(casting.application(), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Visitor(browser, f"http://127.0.0.1:{port}")
        await browser.close()
    server.should_exit = True
    await serving
