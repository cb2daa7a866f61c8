"""What the bank sends to made-up people, what they ask of it, and what leaves the house about them."""

from __future__ import annotations

import re

from community.sending import tasks as sending
from tests.flows import bank, havoc
from tests.flows.canary_story import Story, tells_all, without_fields
from tests.flows.visiting import Visitor
from tests.waiting import until

LINK = re.compile(r"http://127\.0\.0\.1:\d+/p/[^\s。]+")
TEA = "INSERT INTO benefit (code, name, kind, tier) VALUES ('tea', '茶礼', 'voucher', 'gold') ON CONFLICT DO NOTHING"
ASKED = "SELECT max(id) FROM approval WHERE subject = $1 AND subject_id = $2 AND state = 'waiting'"
IS_OPEN = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state IN ('planned', 'requested', 'leased')"
IS_CALLED = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state NOT IN ('planned', 'leased')"


async def campaigns_reach_them(story: Story) -> None:
    """All of them by WeCom, the talkers by name; some calls fail, and a worker is killed in the middle."""
    instance = story.instance
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        to_all = await _begun(
            story,
            maker,
            "大额存单预约",
            "您好，我行大额存单本周开放额度，欢迎来电预约。",
            "contact.is",
            "wecom_message",
        )
        await until(lambda: instance.value(IS_CALLED, to_all), seconds=120)
        worker = instance.worker("general")
        if worker is not None:
            for child in worker.children():
                child.kill()
        # one by one and under their names; by WeCom a member could not confirm so many
        by_name = await _begun(
            story, maker, "周末咨询预约", "{称呼}您好，本周末网点照常营业，欢迎预约。", "fan.is", "oa_service"
        )
        for number in (to_all, by_name):
            await _confirm_until_over(story, number)
            for path in (f"/campaigns/{number}", f"/campaigns/{number}/progress", "/campaigns", "/audit", "/"):
                story.pages += [(await one.open(path)).text for one in (maker, reviewer)]


async def _begun(story: Story, maker: Visitor, name: str, text: str, audience: str, channel: str) -> int:
    number = await bank.write_campaign(
        maker, name=name, text=text, channel=channel, audience={"a.0.0.what": audience}
    )  # fmt: skip
    await bank.submit(maker, number)
    await _agree(story, "campaign", number)
    path = "*add_msg_template" if channel == "wecom_message" else "*custom/send"
    await story.instance.sandbox.faults(
        {"path": path, "kind": "errcode", "errcode": -1, "times": 2}, {"path": path, "kind": "reset", "times": 1}
    )
    await bank.begin(maker, number)
    return number


async def _agree(story: Story, subject: str, number: int) -> None:
    """One person says yes, and another one where so many people or rows need it."""
    for login in ("zhao.heng", "song.yu"):
        if approval := await story.instance.value(ASKED, subject, number):
            async with bank.at_work(story.instance, login) as (reviewer,):
                page = await reviewer.open(f"/approvals/{approval}")
                story.pages.append(page.text)
                await reviewer.send(page, f"/approvals/{approval}/decision", word="approve")


async def _confirm_until_over(story: Story, number: int) -> None:
    instance = story.instance

    async def is_over() -> bool:
        await instance.sandbox.act("member.confirm_groupmsg")
        # who waits for the lease of a killed worker and for the minutes of grace after it waits eight minutes
        await havoc.hurry(instance, number)
        await instance.wake(sending.reconcile)
        return not await instance.value(IS_OPEN, number)

    await until(is_over, seconds=120 + len(story.flock.all) / 20, every=1)


async def they_ask_for_their_rights(story: Story) -> None:
    """One opts out, follows the link, asks for a correction in clear words; the bank corrects and answers."""
    instance, one = story.instance, story.flock.all[0]
    await instance.sandbox.act("fan.message", openid="oCan000000", text="退订")
    async with Visitor(instance.web) as phone, bank.at_work(instance, "zhao.heng") as (reviewer,):
        page = await phone.open(await _link_to(story, "oCan000000"))
        saved = await phone.send(page, page.url, offers="yes", part="all")
        found = re.search(r"/p/privacy/[^\"#]+", saved.text)
        assert found, saved.words()
        page = await phone.open(found[0])
        asked = await phone.post(page.url, kind="correct", wish=tells_all(one))
        story.pages.append(asked.text)
        number = await instance.value("SELECT max(id) FROM privacy_request")
        page = await reviewer.open(f"/privacy/{number}")
        assert page.status == 200, page.words()[:300]
        wrong = await reviewer.send(page, "/answer", act="correct", name=one.name, phone=one.phone + "0")
        assert "手机号应为 11 位" in wrong.words(), wrong.words()[:600]
        done = await reviewer.send(page, "/answer", act="correct", name=one.name, phone=story.flock.all[-1].phone)
        assert "已更正 1 项" in done.words(), done.words()[:600]
        # who handles the request reads what was asked; nobody else does
        story.pages.append((await reviewer.open("/privacy")).text)
        story.pages.append((await reviewer.open(f"/privacy/{number}/evidence")).text)
    async with bank.at_work(instance, "shen.qiu") as (auditor,):
        story.pages.append((await auditor.open(f"/privacy/{number}")).text)


async def _link_to(story: Story, openid: str) -> str:
    links: list[str] = []

    async def has_come() -> bool:
        told = await story.instance.sandbox.reached(to=openid, log=True)
        links[:] = [found[0] for one in told["log"] if (found := LINK.search(one["text"]))]
        return bool(links)

    await until(has_come, seconds=60, every=0.3)
    return links[-1]


async def they_get_something(story: Story) -> None:
    """A benefit is asked for by client numbers, an unknown one among them; points for one who was looked for."""
    people = story.flock.all
    await story.instance.database.execute(TEA)
    async with bank.at_work(story.instance, "lin.yue") as (marketing,):
        page = await marketing.open("/grants/new")
        words = f"{people[0].bank_number}\n{people[1].bank_number}\n{people[2].token}"
        sent = await marketing.send(page, "/grants", numbers=words, reason="周年答谢")
        page = await marketing.send(await marketing.open("/points"), "/points/search", q=people[2].phone)
        done = await marketing.send(page, "/points", points="100", reason="活动补发积分")
        story.pages += [without_fields(one.text) for one in (sent, page, done)]


async def files_leave(story: Story) -> None:
    """A masked list of clients is asked for, agreed to by a second person when it is long, and fetched."""
    async with bank.at_work(story.instance, "lin.yue") as (marketing,):
        asked = await marketing.open("/exports/new?kind=clients")
        page = await marketing.send(asked, "/exports", reason="客户经理核对名单之用")
        number = bank.number_of(page)
        await _agree(story, "export", number)

        async def is_ready() -> bool:
            return bool(await story.instance.value("SELECT state FROM export WHERE id = $1", number) == "ready")

        await until(is_ready, seconds=60 + len(story.flock.all) / 50)
        page = await marketing.open(f"/exports/{number}")
        story.pages += [asked.text, page.text, (await marketing.open("/exports")).text]
        story.files.append(await marketing.download(page, f"/exports/{number}/file"))
        assert len(story.files[-1]) > 10 * len(story.flock.all)  # packed
