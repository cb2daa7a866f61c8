"""Two thin kinds through the whole product: an event with a waiting list and check-in, a livestream with follow-up."""

from __future__ import annotations

import re
from datetime import timedelta

from kernel import clock
from tests.flows import bank, people
from tests.flows.instances import Instance
from tests.flows.people import Known
from tests.flows.visiting import Page, Visitor
from tests.waiting import until

VIEWERS, ABSENT = 50, 10
BRANCH = "B03"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/p/\S+")
CODE = re.compile(r'<p class="code">([0-9A-F]{10})</p>')
INVITED = "{称呼}您好，诚邀您参加客户答谢茶会，详情与答复：{活动链接}"
LIVE = "{称呼}您好，诚邀您观看今晚的直播，可先预约开播提醒：{活动链接}"
THANKS = "感谢您观看今天的直播，如有疑问欢迎随时联系我。"
MISSED = "今天的直播您可能没赶上，需要要点回顾请回复我。"


async def test_five_are_invited_to_three_seats(instance: Instance) -> None:
    starts_at = clock.local(clock.now() + timedelta(days=3))
    async with bank.at_work(instance, "lin.yue", "zhao.heng", "gao.yuan") as (maker, reviewer, director):
        guests = await people.who_know(instance, maker, "gao.yuan", "Ev", 5)
        number = await bank.write_campaign(
            maker,
            kind="event_invitation",
            name="客户答谢茶会",
            text=INVITED,
            audience={"a.0.0.what": "owner.in", "a.0.0.value": [await people.director_id(instance, "gao.yuan")]},
            **{
                "detail.moment.starts_at": f"{starts_at:%Y-%m-%dT15:00}",
                "detail.text.place": "滨江支行二楼贵宾厅",
                "detail.number.seats": "3",
            },
        )
        await people.send(instance, maker, reviewer, number)
        links = {guest: await link_of(instance, guest) for guest in guests}
        assert len(set(links.values())) == 5
        async with Visitor(instance.web) as phone:
            pages = [await answer(phone, links[guest], "yes") for guest in guests[:4]]
            assert ["已为您留好席位" in page.text for page in pages] == [True, True, True, False]
            assert "您在候补名单上" in pages[3].text
            assert "您已谢绝" in (await answer(phone, links[guests[0]], "no")).text
            assert "已为您留好席位" in (await phone.open(links[guests[3]])).text
            codes = [code_of(await phone.open(links[guest])) for guest in (guests[1], guests[3])]
            await moved_up_is_told(instance)
        await checked_in_once(instance, director, number, codes)
        event = (await maker.open(f"/events/{number}")).words()
        assert "3 / 3 席位 候补 0 人" in event, event
        assert "2 人已签到" in event, event


async def checked_in_once(instance: Instance, director: Visitor, number: int, codes: list[str]) -> None:
    """Two guests come in by their codes; the second scan of one is refused with the time of the first."""
    for code in codes:
        done = await director.send(await director.open(f"/events/{number}/check-in"), "/check-in", code=code)
        assert "签到成功" in done.words(), done.words()
    again = await director.send(await director.open(f"/events/{number}/check-in?code={codes[0]}"), "/check-in")
    first = await instance.value("SELECT checked_in_at FROM invitation WHERE code = $1", codes[0])
    assert again.status == 409
    assert f"该入场码已在 {clock.local(first):%H:%M:%S} 签到，不能重复使用" in again.words()


async def moved_up_is_told(instance: Instance) -> None:
    async def told() -> bool:
        return bool((await instance.sandbox.reached(kind="staff", text="您候补的活动已有席位"))["total"] == 1)

    await until(told, seconds=20)


async def test_a_livestream_is_followed_up_by_who_watched(instance: Instance) -> None:
    starts_at = clock.local(clock.now() + timedelta(hours=2))
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        # personal pages make a job per client, and nobody may be asked to confirm more than 50
        half = (VIEWERS + ABSENT) // 2
        invited = await people.who_know(instance, maker, "fang.ling", "Live", half, BRANCH)
        invited += await people.who_know(instance, maker, "wu.qiong", "Late", half, BRANCH)
        number = await bank.write_campaign(
            maker,
            kind="livestream",
            name="今晚理财直播",
            text=LIVE,
            audience={
                "a.0.0.what": "owner.in",
                "a.0.0.value": [await people.director_id(instance, one) for one in ("fang.ling", "wu.qiong")],
                "a.0.1.what": "branch.in",
                "a.0.1.value": [await instance.value("SELECT id FROM branch WHERE code = $1", BRANCH)],
            },
            **{
                "step.attended.text": THANKS,
                "step.absent.text": MISSED,
                "detail.moment.starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
                "detail.text.anchor_userid": "fang.ling",
                "detail.number.minutes": "60",
            },
        )
        await people.send(instance, maker, reviewer, number)
        async with Visitor(instance.web) as phone:
            page = await phone.open(await link_of(instance, invited[0]))
            assert page.status == 200
            await phone.send(page, page.url)
        await watched_and_ended(instance, number, [one.external_userid for one in invited[:VIEWERS]])
        for _ in range(2):
            page = await maker.open(f"/livestreams/{number}")
            page = await maker.send(page, f"/livestreams/{number}/attendance")
            assert f"共 {VIEWERS} 位观众，0 条有变化" in page.words(), page.words()
        assert "1 人预约提醒" in page.words()
        # as if the two minutes after the import had passed
        await instance.database.execute(
            "UPDATE step SET due_at = now() WHERE campaign_id = $1 AND code IN ('attended', 'absent')", number
        )
        await people.confirm_until_delivered(instance, number, "attended", "absent")
    for text, wanted in ((THANKS, invited[:VIEWERS]), (MISSED, invited[VIEWERS:])):
        told = (await instance.sandbox.reached(kind="group_message", text=text))["people"]
        counts = {person: sum(kinds.values()) for person, kinds in told.items()}
        assert counts == {one.external_userid: 1 for one in wanted}


async def watched_and_ended(instance: Instance, number: int, viewers: list[str]) -> None:
    """The anchor goes on air, people watch, the anchor ends; the product learns of it by callback."""

    async def livingid() -> str:
        return str(await instance.value("SELECT livingid FROM livestream WHERE campaign_id = $1", number) or "")

    await until(livingid, seconds=30)
    living = await livingid()
    await instance.sandbox.act("live.start", livingid=living)
    await instance.sandbox.act("live.watch", livingid=living, ids=viewers, seconds=900)
    await instance.sandbox.act("live.end", livingid=living)

    async def taken_in() -> bool:
        sql = "SELECT count(*) FROM attendance a JOIN livestream l ON l.id = a.livestream_id WHERE l.campaign_id = $1"
        return bool(await instance.value(sql + " AND a.client_id IS NOT NULL", number) == len(viewers))

    await until(taken_in, seconds=30)


async def link_of(instance: Instance, guest: Known) -> str:
    """The personal address in the newest message that reached a client."""
    told = await instance.sandbox.reached(kind="group_message", to=guest.external_userid, log=True)
    found = LINK.search(told["log"][-1]["text"])
    assert found, told["log"]
    return found[0].rstrip("。")


async def answer(phone: Visitor, link: str, word: str) -> Page:
    page = await phone.open(link)
    assert page.status == 200, page.words()
    return await phone.send(page, page.url, answer=word)


def code_of(page: Page) -> str:
    found = CODE.search(page.text)
    assert found, page.words()
    return found[1]
