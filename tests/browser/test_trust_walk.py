"""The ground of trust in a real browser: a new person, two people for what weighs, and an auditor who verifies."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests import running
from tests.browser import trust, trust_campaign
from tests.browser.conftest import CHROMIUM, Visitor
from tests.browser.trust import Member
from tests.flows import instances
from tests.flows.instances import Instance
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.prove, pytest.mark.timeout(240)]
# by default a thousand rows leave the house on one person's word: here two are many
SETTINGS = {"HUILIU_SECOND_FACTOR": "required", "HUILIU_EXPORT_FREE_ROWS": "2"}

ACTS = (
    *("新增成员", "角色与范围生效", "生成登录链接", "使用登录链接", "设置动态码", "登录", "导入文件", "提交审批"),
    *("再次验证身份", "活动获批", "紧急停发", "解除停发", "申请导出", "下载导出文件"),
)
"""What the audit calls the acts of this walk."""


@pytest.fixture(scope="module")
async def instance() -> AsyncIterator[Instance]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here (set CHROMIUM to its path)")
    async with instances.started(**SETTINGS) as one:
        yield one


@pytest.fixture
async def windows(instance: Instance) -> AsyncIterator[Visitor]:
    """Windows of one Chromium; what any of them complained about fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        visitor = Visitor(browser, instance.web)
        yield visitor
        await browser.close()
    assert visitor.complaints == []


async def test_nobody_alone_and_all_of_it_can_be_proved(windows: Visitor, instance: Instance, tmp_path: Path) -> None:
    await trust_campaign.clients_come(instance)
    administrator = await trust.first_time(windows, *instance.sign_in_of("admin"))
    reviewer = await trust.first_time(windows, *instance.sign_in_of("zhao.heng"))
    number = await trust_campaign.hire(administrator)
    await trust_campaign.decide(reviewer, "周一诺：启用账号", "02-role")
    newcomer = await trust_campaign.arrive(windows, await trust_campaign.link_of(administrator, number))
    await trust_campaign.bring_in_clients(newcomer, tmp_path)
    await trust_campaign.write_and_submit(newcomer)
    await trust_campaign.forget_proof(instance, "zhao.heng")
    await trust_campaign.approve_with_a_fresh_code(windows, reviewer)
    await pull_and_release(administrator, reviewer)
    await export_once(windows, newcomer, reviewer)
    auditor = await trust.first_time(windows, *instance.sign_in_of("shen.qiu"))
    await look_back(auditor, number)
    await verify(auditor, instance)


async def pull_and_release(administrator: Member, reviewer: Member) -> None:
    page = administrator.page
    await administrator.open("/stops")
    await page.select_option("#what", "all")
    await administrator.press("下一步")
    await page.fill("#reason", "短信模板有误，先停下核对")
    await administrator.keep("11-stop")
    await administrator.press("立即停发")
    await expect(page.locator(".notice[role=status]")).to_contain_text("已停发")
    await reviewer.open("/inbox")
    await expect(reviewer.page.locator("main [role=alert]:visible")).to_contain_text("短信模板有误")
    await administrator.press("申请解除")
    await expect(page.locator(".notice[role=status]")).to_contain_text("须由另一位同事批准")
    await administrator.keep("12-release-asked")
    await trust_campaign.decide(reviewer, "解除紧急停发", "13-release")
    await administrator.open("/stops")
    await administrator.says("没有停发")
    await administrator.keep("14-released")


async def export_once(windows: Visitor, newcomer: Member, reviewer: Member) -> None:
    """Asked with a reason, approved by another, taken once; the second time there is nothing."""
    page = newcomer.page
    await newcomer.open("/clients")
    await page.locator("main a:has-text('导出')").first.click()
    await page.fill("#reason", "请支行核对到场名单的联系方式")
    await newcomer.keep("15-export")
    await newcomer.press("提交申请")
    await newcomer.says("等待审批")
    await trust_campaign.decide(reviewer, "导出", "16-export")
    button = page.get_by_role("button", name="下载，仅此一次")

    async def is_ready() -> bool:
        await page.reload()
        return await button.count() == 1

    await until(is_ready, seconds=30, every=0.3)
    await newcomer.keep("17-ready")
    async with page.expect_download() as waiting:
        await button.click()
    taken = await waiting.value
    assert (await taken.path()).stat().st_size > 1000
    # the button rests after its press; the page that still shows it is sent once more
    await page.evaluate("document.querySelector('form[action$=\"/file\"]').submit()")
    await expect(page.locator("body")).to_contain_text("已下载过或已过期")
    await newcomer.keep("18-second-time")
    trust.forgive(windows, "410")


async def look_back(auditor: Member, newcomer: int) -> None:
    """The auditor finds every act of the walk, by who did it and on what."""
    seen = ""
    for filters in ("", f"?staff={newcomer}", "?action=stop.", "?action=staff."):
        await auditor.open(f"/audit{filters}")
        seen += await auditor.page.locator("main").inner_text()
    await auditor.keep("19-audit")
    for act in ACTS:
        assert act in seen, act


async def verify(auditor: Member, instance: Instance) -> None:
    """On the page and from the command line."""
    page = auditor.page
    await auditor.open("/audit")
    await auditor.press("校验整条链")

    async def is_sound() -> bool:
        # not reload(): the browser may still be swapping the page that answered the press
        await auditor.open("/audit")
        return "完整，没有被改动" in await page.locator("main").inner_text()

    await until(is_sound, seconds=30, every=0.3)
    await auditor.keep("20-sound")
    told = await huiliu(instance, "audit", "verify")
    assert re.match(r"sound: [1-9]\d* linked entries", told), told


async def huiliu(instance: Instance, *words: str) -> str:
    """What a command says that finds the running instance by its data folder."""
    folder = next(one for one in instance.run.folders() if (one / "running.json").exists())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUILIU_")}
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processes.cli", *words),
        cwd=running.ROOT,
        env=environment | {"HUILIU_DATA_DIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, wrong = await command.communicate()
    assert command.returncode == 0, wrong.decode()[-2000:]
    return told.decode()


async def test_codes_and_a_fresh_proof_without_any_script(windows: Visitor, instance: Instance) -> None:
    login, password = instance.sign_in_of("xu.an")
    member = await trust.first_time(windows, login, password, has_scripts=False)
    page = member.page
    await page.get_by_role("button", name="退出登录").click()
    await trust.give_password(page, login, password)
    await page.fill("#code", "123")
    await page.get_by_role("button", name="继续").click()
    await expect(page.locator("[role=alert]")).to_be_visible()
    await page.fill("#code", trust.code_after(member))
    await page.get_by_role("button", name="继续").click()
    await page.wait_for_url(f"{windows.address}/")
    await trust_campaign.forget_proof(instance, login)
    await member.open("/account/second-factor")
    await expect(page.locator("h1")).to_have_text("再次验证身份")
    await page.fill("#step_up_proof", member.codes[0])
    await page.get_by_role("button", name="验证并继续").click()
    await expect(page.locator("h1")).to_have_text("重新绑定动态码")
    await member.open("/account")
    await member.says("还剩 9 个，共 10 个")
    await member.press("重新生成恢复码")
    await expect(page.locator(".codes code")).to_have_count(10)
    await member.keep("21-without-scripts")
    trust.forgive(windows, "401")
