"""A campaign from sign-in to result in a real browser, in front of a whole running instance."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from kernel import clock
from tests.browser.conftest import CHROMIUM, Visitor
from tests.flows import bank, instances, people
from tests.flows.instances import Instance
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.prove, pytest.mark.timeout(240)]
PEOPLE = 40
TEXT = "{称呼}您好，本周六上午我行举办亲子理财课堂，欢迎带孩子来参加。"
GROUP = "亲子理财课堂群"


@pytest.fixture(scope="module")
async def instance() -> AsyncIterator[Instance]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here (set CHROMIUM to its path)")
    async with instances.started() as one:
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


async def sign_in(windows: Visitor, instance: Instance, name: str, width: int = 1440) -> Page:
    login, password = instance.sign_in_of(name)
    return await windows.sign_in(login, width=width, password=password)


async def test_from_sign_in_to_result(windows: Visitor, instance: Instance, tmp_path: Path) -> None:
    await people_come(instance)
    maker = await sign_in(windows, instance, "lin.yue")
    await windows.keep(maker, "walk-01-overview")
    await take_in_files(windows, maker, tmp_path)
    number = await write(windows, maker)
    await the_maker_cannot_approve(windows, maker, number)
    reviewer = await sign_in(windows, instance, "zhao.heng")
    await approve(windows, reviewer, "walk-09-approval")
    await an_edit_voids_the_approval(windows, maker, number)
    await approve(windows, reviewer, "walk-12-approval-again")
    await start_and_follow(windows, maker, instance, number)
    await look_around(windows, maker, instance)


async def people_come(instance: Instance) -> None:
    acts = [
        {
            "act": "client.add",
            "userid": ("gao.yuan", "fang.ling")[place % 2],
            "external_userid": f"wmWalk{place:03}",
            "unionid": f"unWalk{place:03}",
            "name": f"微信{place}",
        }
        for place in range(PEOPLE)
    ]
    await instance.sandbox.acts(acts)
    chat = await instance.sandbox.act("group.create", owner="gao.yuan", name=GROUP)
    await instance.sandbox.act("group.join", chat_id=chat["chat_id"], ids=[one["external_userid"] for one in acts])

    async def all_are_read() -> bool:
        read = await instance.value("SELECT count(*) FROM contact WHERE read_at IS NOT NULL")
        return bool(read == PEOPLE and await instance.value("SELECT count(*) FROM membership") == PEOPLE + 1)

    await until(all_are_read, seconds=60)


async def take_in_files(windows: Visitor, page: Page, folder: Path) -> None:
    """The client list and a statement, each tried first."""
    clients = [
        [f"W{place:03}", f"{'赵钱孙李周吴郑王'[place % 8]}{'一二三四五'[place % 5]}", f"139{place:08}", "女", "B02",
         ("gao.yuan", "fang.ling")[place % 2], "是", f"unWalk{place:03}"]
        for place in range(PEOPLE)
    ]  # fmt: skip
    clients.append(["W999", "陈缺机构", "", "女", "B77", "", "是", ""])
    day = (clock.today() - timedelta(days=1)).isoformat()
    rows = [
        [f"L{place}", f"6228{place:06}", f"W{place:03}", day, "跨行转入", f"{(place + 1) * 10_000}.00", "",
         f"{(place + 1) * 10_000}.00", "活期"]
        for place in range(PEOPLE)
    ]  # fmt: skip
    files = (("clients", [bank.CLIENTS, *clients]), ("statement", [bank.STATEMENT, *rows]))
    for place, (kind, table) in enumerate(files):
        path = folder / f"{kind}.csv"
        path.write_bytes(bank.as_csv(table, "gb18030"))
        await page.goto(f"{windows.address}/imports")
        await page.select_option("#format", f"haiyue:{kind}")
        await page.set_input_files("input[type=file]", path)
        await page.click("main button[type=submit]:has-text('试算')")
        await expect(page.locator("h1")).to_contain_text("试算结果")
        await windows.keep(page, f"walk-02-import-{place}-tried")
        await page.click(f"main button:has-text('导入 {PEOPLE} 行')")
        await expect(page.locator("main")).to_contain_text("行已写入")
        await windows.keep(page, f"walk-03-import-{place}-done")


async def write(windows: Visitor, page: Page) -> int:
    """A new campaign: its audience counted while it is put together, its text shown on the phone."""
    await page.goto(f"{windows.address}/campaigns")
    await page.goto(f"{windows.address}/campaigns/new")
    await windows.keep(page, "walk-04-new-campaign")
    await page.fill("#name", "亲子理财课堂")
    await page.click("main button:has-text('建草稿')")
    await page.wait_for_url(re.compile(r"/campaigns/\d+/edit"))
    number = int(re.findall(r"/campaigns/(\d+)/edit", page.url)[0])
    await page.click("button:has-text('按条件筛选客户')")
    await page.select_option("select.what", "group.in")
    await page.get_by_label(GROUP).check()
    await expect(page.locator("#audience")).to_contain_text(f"{PEOPLE}")
    await page.fill("textarea[name='step.main.text']", TEXT)
    await page.fill("#control_percent", "20")
    await expect(page.locator("[data-preview]")).to_contain_text("亲子理财课堂，欢迎带孩子")
    await expect(page.locator("#found-main")).to_contain_text("没有发现禁用词")
    await windows.keep(page, "walk-05-editor-typed")
    await page.locator(".phead button:has-text('保存')").first.click()
    await expect(page.locator(".notice[role=status]")).to_contain_text("已保存")
    await windows.keep(page, "walk-06-editor-saved")
    await page.click(".phead button:has-text('提交审批')")
    await page.wait_for_url(re.compile(rf"/campaigns/{number}$"))
    await windows.keep(page, "walk-07-submitted")
    return number


async def the_maker_cannot_approve(windows: Visitor, page: Page, number: int) -> None:
    await expect(page.locator("main")).to_contain_text("制作人和最后修改的人不能批准")
    await expect(page.locator("main a:has-text('去审批')")).to_have_count(0)
    await expect(page.locator(".side a:has-text('审核台')")).to_have_count(0)
    before = len(windows.complaints)
    answer = await page.goto(f"{windows.address}/approvals")
    assert answer is not None
    assert answer.status == 403
    # the browser itself reports the refusal; nothing else may have been said
    assert all("403" in one for one in windows.complaints[before:])
    del windows.complaints[before:]
    await windows.keep(page, "walk-08-maker-refused")


async def approve(windows: Visitor, page: Page, name: str) -> None:
    await page.goto(f"{windows.address}/approvals")
    await windows.keep(page, f"{name}-desk")
    await page.locator("main a:has-text('亲子理财课堂')").first.click()
    await expect(page.locator("#decision")).to_be_visible()
    await windows.keep(page, name)
    await page.click("#decision button:has-text('批准')")
    await expect(page.locator(".notice[role=status]")).to_contain_text("已批准")


async def an_edit_voids_the_approval(windows: Visitor, page: Page, number: int) -> None:
    await page.goto(f"{windows.address}/campaigns/{number}")
    await expect(page.locator("summary:has-text('开始发送')")).to_be_visible()
    await page.goto(f"{windows.address}/campaigns/{number}/edit")
    await windows.keep(page, "walk-10-editing-what-was-approved")
    await page.fill("textarea[name='step.main.text']", TEXT + "名额有限。")
    await page.locator(".phead button:has-text('保存')").first.click()
    await expect(page.locator(".notice[role=status]").first).to_contain_text("原有的审批已作废")
    await windows.keep(page, "walk-11-approval-voided")
    await page.goto(f"{windows.address}/campaigns/{number}")
    await expect(page.locator("summary:has-text('开始发送')")).to_have_count(0)
    await page.goto(f"{windows.address}/campaigns/{number}/edit")
    await page.click(".phead button:has-text('提交审批')")
    await page.wait_for_url(re.compile(rf"/campaigns/{number}$"))


async def start_and_follow(windows: Visitor, page: Page, instance: Instance, number: int) -> None:
    """Start it and watch the page move by itself until everything came back."""
    await page.goto(f"{windows.address}/campaigns/{number}")
    await page.click("summary:has-text('开始发送')")
    await windows.keep(page, "walk-13-start-asks")
    await page.click("button:has-text('确认开始')")
    await expect(page.locator("#progress")).to_contain_text("发送中")
    funnel = page.locator("#progress .funnel li")
    await expect(funnel.filter(has_text="应发送")).to_be_visible(timeout=20_000)
    due = int(await funnel.filter(has_text="应发送").locator(".num").inner_text())
    assert 20 <= due < PEOPLE
    await expect(funnel.filter(has_text="已派发").locator(".num")).to_have_text(str(due), timeout=30_000)
    await windows.keep(page, "walk-14-handed-over")
    await instance.sandbox.act("member.confirm_groupmsg")
    await expect(funnel.filter(has_text="已送达").locator(".num")).to_have_text(str(due), timeout=60_000)
    await windows.keep(page, "walk-15-delivered")
    await page.reload()
    await asyncio.wait_for(page.wait_for_load_state("networkidle"), 20)
    await expect(page.locator("main")).to_contain_text("对照组")
    await windows.keep(page, "walk-16-result")
    assert (await instance.sandbox.reached(kind="group_message"))["persons"] == due


async def look_around(windows: Visitor, maker: Page, instance: Instance) -> None:
    """The other pages with something on them, wide and on a phone, by whoever may open them."""
    paths = ("/", "/clients", "/clients/1", "/groups", "/groups/1", "/calendar", "/campaigns", "/tiers", "/benefits",
             "/imports", "/library", "/events", "/livestreams")  # fmt: skip
    phone = await sign_in(windows, instance, "lin.yue", width=390)
    for page, size in ((maker, "wide"), (phone, "phone")):
        for path in (*paths, "/campaigns/1"):
            answer = await page.goto(windows.address + path)
            assert answer is not None
            assert answer.status == 200, path
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= (1440 if size == "wide" else 390), f"{path} is {width} wide"
            await windows.keep(page, f"page-{size}{path.replace('/', '-')}")
    admin = await sign_in(windows, instance, "admin")
    await admin.goto(f"{windows.address}/settings/health")
    await windows.keep(admin, "page-wide-health")


async def test_a_guest_answers_on_the_phone_and_is_checked_in_at_the_door(windows: Visitor, instance: Instance) -> None:
    number, link = await invited(instance)
    context = await windows.browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = await context.new_page()
    phone.on("console", windows._note)
    await phone.goto(link)
    await windows.keep(phone, "guest-1-invitation")
    await phone.click("button:has-text('提交答复')")
    await expect(phone.locator(".ticket")).to_be_visible()
    await windows.keep(phone, "guest-2-ticket")
    code = await phone.locator(".ticket .code").inner_text()
    door = await sign_in(windows, instance, "lin.yue", width=390)
    await door.goto(f"{windows.address}/events/{number}/check-in")
    await windows.keep(door, "guest-3-door")
    await door.fill("#code", code)
    await door.click("main button:has-text('签到')")
    await expect(door.locator("[role=status]")).to_contain_text("签到成功")
    await windows.keep(door, "guest-4-checked-in")
    await door.fill("#code", code)
    await door.click("main button:has-text('签到')")
    await expect(door.locator("[role=alert]")).to_contain_text("不能重复使用")
    await windows.keep(door, "guest-5-second-scan")
    # the browser itself reports the refusal's status
    windows.complaints[:] = [one for one in windows.complaints if "409" not in one]
    staff = await sign_in(windows, instance, "lin.yue")
    await staff.goto(f"{windows.address}/events/{number}")
    await windows.keep(staff, "guest-6-event")


async def invited(instance: Instance) -> tuple[int, str]:
    """An event with one guest: its number and the guest's personal address."""
    starts_at = clock.local(clock.now() + timedelta(days=5))
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        guests = await people.who_know(instance, maker, "luo.ming", "Door", 3)
        number = await bank.write_campaign(
            maker,
            kind="event_invitation",
            name="春日插花沙龙",
            text="{称呼}您好，诚邀您参加春日插花沙龙，详情与答复：{活动链接}",
            audience={"a.0.0.what": "owner.in", "a.0.0.value": [await people.director_id(instance, "luo.ming")]},
            **{
                "detail.moment.starts_at": f"{starts_at:%Y-%m-%dT14:30}",
                "detail.text.place": "高新支行一楼会客厅",
                "detail.number.seats": "12",
            },
        )
        await people.send(instance, maker, reviewer, number)
    told = await instance.sandbox.reached(kind="group_message", to=guests[0].external_userid, log=True)
    return number, re.findall(r"http://127\.0\.0\.1:\d+/p/[\w./-]+", told["log"][-1]["text"])[0]
