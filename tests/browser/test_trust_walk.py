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
from tests.browser import trust
from tests.browser.conftest import CHROMIUM, Visitor
from tests.browser.trust import Member
from tests.flows import bank, instances
from tests.flows.instances import Instance
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PASSWORD = "湖边慢跑-七点-带伞-4471"
TEXT = "{称呼}您好，本周五下午支行有一场家庭财务小课，欢迎您来坐坐。"
CLIENTS = 3
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
    await clients_come(instance)
    administrator = await trust.first_time(windows, *instance.sign_in_of("admin"))
    reviewer = await trust.first_time(windows, *instance.sign_in_of("zhao.heng"))
    number = await hire(administrator)
    await decide(reviewer, "周一诺：启用账号", "02-role")
    newcomer = await arrive(windows, await link_of(administrator, number))
    await bring_in_clients(newcomer, tmp_path)
    await write_and_submit(newcomer)
    await forget_proof(instance, "zhao.heng")
    await approve_with_a_fresh_code(windows, reviewer)
    await pull_and_release(administrator, reviewer)
    await export_once(windows, newcomer, reviewer)
    auditor = await trust.first_time(windows, *instance.sign_in_of("shen.qiu"))
    await look_back(auditor, number)
    await verify(auditor, instance)


async def clients_come(instance: Instance) -> None:
    await instance.sandbox.acts(
        {
            "act": "client.add",
            "userid": "gao.yuan",
            "external_userid": f"wmTrust{place}",
            "unionid": f"unTrust{place}",
            "name": f"微信{place}",
        }
        for place in range(CLIENTS)
    )

    async def all_are_read() -> bool:
        return bool(await instance.value("SELECT count(*) FROM contact WHERE read_at IS NOT NULL") == CLIENTS)

    await until(all_are_read, seconds=30)


async def hire(administrator: Member) -> int:
    page = administrator.page
    await administrator.open("/settings/people")
    await page.fill("#name", "周一诺")
    await page.fill("#hire #login, #login", "zhou.yinuo")
    await page.locator("form[action$='/settings/people'] select[name=role]").last.select_option("marketing")
    await page.select_option("select[name=reach]", "bank")
    await administrator.keep("01-hire")
    await administrator.press("提交审批")
    await administrator.says("等待另一位同事批准角色")
    await expect(page.get_by_role("button", name="生成一次性登录链接")).to_have_count(0)
    await administrator.keep("01-waiting")
    return int(re.findall(r"/people/(\d+)", page.url)[0])


async def decide(reviewer: Member, title: str, name: str) -> None:
    """A second person's yes, at the inbox."""
    await reviewer.open("/inbox")
    await reviewer.keep(f"{name}-inbox")
    await reviewer.page.locator(f"main a:has-text('{title}')").first.click()
    await reviewer.keep(name)
    await reviewer.press("批准")
    await expect(reviewer.page.locator(".notice[role=status]")).to_contain_text("已批准")


async def link_of(administrator: Member, number: int) -> str:
    await administrator.open(f"/settings/people/{number}")
    await administrator.press("生成一次性登录链接")
    await administrator.keep("03-link")
    return (await administrator.page.locator("code.break").inner_text()).strip()


async def arrive(windows: Visitor, link: str) -> Member:
    """A browser that nobody has used: password, second factor, recovery codes; then in once more, with a code."""
    page = await trust.window(windows)
    await page.goto(link)
    await windows.keep(page, "trust-04-password")
    await page.fill("#password", PASSWORD)
    await page.fill("#repeated", PASSWORD)
    await page.get_by_role("button", name="设置密码并继续").click()
    member = await trust.set_up(windows, page, "05")
    await member.keep("06-in")
    await page.get_by_role("button", name="退出登录").click()
    await page.goto(link)
    await expect(page.locator("h1")).to_have_text("链接已失效")
    await page.goto(f"{windows.address}/login")
    await trust.give_password(page, "zhou.yinuo", PASSWORD)
    await expect(page.locator("h1")).to_have_text("输入动态码")
    await windows.keep(page, "trust-07-code")
    await page.fill("#code", trust.code_after(member))
    await page.get_by_role("button", name="继续").click()
    await page.wait_for_url(f"{windows.address}/")
    return member


async def bring_in_clients(newcomer: Member, folder: Path) -> None:
    rows = [
        [f"T{place}", f"李安{'甲乙丙'[place]}", f"1390000000{place}", "女", "B02", "gao.yuan", "是", f"unTrust{place}"]
        for place in range(CLIENTS)
    ]
    path = folder / "clients.csv"
    path.write_bytes(bank.as_csv([bank.CLIENTS, *rows]))
    await newcomer.open("/imports")
    await newcomer.page.select_option("#format", "haiyue:clients")
    await newcomer.page.set_input_files("input[type=file]", path)
    await newcomer.press("试算")
    await newcomer.press(f"导入 {CLIENTS} 行")
    await newcomer.says("行已写入")


async def write_and_submit(newcomer: Member) -> None:
    page = newcomer.page
    await newcomer.open("/campaigns/new")
    await page.fill("#name", "家庭财务小课")
    await newcomer.press("建草稿")
    await page.wait_for_url(re.compile(r"/campaigns/\d+/edit"))
    await newcomer.press("按条件筛选客户")
    await page.select_option("select.what", "owner.in")
    await page.get_by_label("高远").check()
    await expect(page.locator("#audience")).to_contain_text(str(CLIENTS))
    await page.fill("textarea[name='step.main.text']", TEXT)
    await page.locator(".phead button:has-text('保存')").first.click()
    await expect(page.locator(".notice[role=status]")).to_contain_text("已保存")
    await page.click(".phead button:has-text('提交审批')")
    await page.wait_for_url(re.compile(r"/campaigns/\d+$"))
    await newcomer.keep("08-submitted")


async def forget_proof(instance: Instance, login: str) -> None:
    """As if eleven minutes had gone by since this person last proved to be there."""
    await instance.database.execute(
        "UPDATE session SET stepped_up_at = now() - interval '11 minutes'"
        " WHERE staff_id = (SELECT id FROM staff WHERE login = $1)",
        login,
    )


async def approve_with_a_fresh_code(windows: Visitor, reviewer: Member) -> None:
    """The word is kept while a wrong code and then the right one are given."""
    page = reviewer.page
    await reviewer.open("/approvals")
    await page.locator("main a:has-text('家庭财务小课')").first.click()
    await page.fill("#note", "文字平实，可以发送")
    await reviewer.press("批准")
    await expect(page.locator("h1")).to_have_text("再次验证身份")
    await reviewer.keep("09-step-up")
    await page.fill("#step_up_proof", "000000")
    await page.get_by_role("button", name="验证并继续").click()
    await expect(page.locator("[role=alert]")).to_contain_text("不正确或已经用过")
    await page.fill("#step_up_proof", trust.code_after(reviewer))
    await page.get_by_role("button", name="验证并继续").click()
    await expect(page.locator(".notice[role=status]")).to_contain_text("已批准")
    await reviewer.keep("10-approved")
    forgive(windows, "401")


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
    await decide(reviewer, "解除紧急停发", "13-release")
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
    await decide(reviewer, "导出", "16-export")
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
    forgive(windows, "410")


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
        await page.reload()
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


def forgive(windows: Visitor, status: str) -> None:
    """The browser itself reports a refusal's status; nothing else may have been said."""
    windows.complaints[:] = [one for one in windows.complaints if status not in one]


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
    await forget_proof(instance, login)
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
    forgive(windows, "401")
