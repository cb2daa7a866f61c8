"""The acts of the trust walk up to an approved campaign: a person comes, brings clients, writes and is approved."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser import trust
from tests.browser.conftest import Visitor
from tests.browser.trust import Member
from tests.flows import bank
from tests.flows.instances import Instance
from tests.waiting import until

PASSWORD = "湖边慢跑-七点-带伞-4471"
TEXT = "{称呼}您好，本周五下午支行有一场家庭财务小课，欢迎您来坐坐。"
CLIENTS = 3


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
    trust.forgive(windows, "401")
