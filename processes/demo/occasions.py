"""The sample bank's calendar: two campaigns over, one waiting, an event with answers, a livestream tonight."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

from campaigns.content import library
from campaigns.events import invitations, replies
from campaigns.events.models import Event, Invitation
from campaigns.livestreams import attendance, guests
from campaigns.livestreams.models import LiveGuest, Livestream
from campaigns.planning.models import Campaign
from campaigns.planning.variants import Version
from kernel import clock
from processes.demo import campaigns, worth
from processes.demo.campaigns import Plan, between, in_tiers
from processes.demo.people import RANDOM_SEED
from staff.models import Staff

SECOND_BEFORE = 14
"""Days from the newer of the two finished campaigns to today."""
SEATS, ACCEPT, DECLINE = 18, 0.45, 0.2
RESERVE = 0.3
ASK_FOR_TALK = (
    "您好，近期如有资金安排或存款到期，欢迎直接回复我，或预约到网点详谈，"
    "我会为您梳理存期与流动性安排。回复“预约”即可登记。"
)
AUTUMN_TALK = "您好，本月我行开设家庭资产配置讲堂，三个主题可任选，名额充足。感兴趣请回复“讲堂”，我把时间表发给您。"
AUTUMN_TALK_SHORT = "您好，本周六上午在网点有一堂家庭资产配置讲堂，半小时讲完。想来请回复“讲堂”，我为您留座。"
YEAR_END = "您好，年末将至，如需整理全年账单、安排年终奖金或预约大额取现，请提前告诉我，我来为您办理。"
PIECES = (
    ("存款到期前提醒", "{称呼|您}好，您有存款即将到期。如需了解到期后的安排，欢迎回复我，或约个时间到网点详谈。"),
    ("网点预约", "{称呼|您}好，到网点办理业务可提前告诉我时间，我为您取号、备好资料。{客户经理}"),
    ("节日问候", "{称呼|您}好，佳节将至，祝您和家人平安喜乐。节日期间网点营业时间如有调整，我会提前告诉您。"),
)
EVENT = "{称呼}您好，诚邀您参加我行“冬日品茗·家庭财富沙龙”，席位有限。详情与答复：{活动链接}"
LIVE = "{称呼}您好，今晚直播：年终资金安排三问三答，可先预约开播提醒：{活动链接}"


async def first_campaign() -> Campaign:
    """Ten weeks ago, after restless weeks: clients of a middle band were offered a talk."""
    tree = {"op": "and", "items": [{"field": "contact", "op": "is"}, between(20_000, 5_000_000)]}
    starts_at = _at(-worth.FIRST_BEFORE, time(10))
    return await campaigns.finished(Plan("message", "秋季资金关怀", tree, starts_at, ASK_FOR_TALK, 30))


async def second_campaign() -> Campaign:
    """Two weeks ago: an invitation to talks, to two tiers, in two ways of saying it."""
    starts_at = _at(-SECOND_BEFORE, time(15))
    versions = (Version("A", 50, "说内容"), Version("B", 50, "说时间", {"main": {"text": AUTUMN_TALK_SHORT}}))
    return await campaigns.finished(
        Plan(
            "message",
            "家庭资产配置讲堂",
            in_tiers("gold", "sunflower"),
            starts_at,
            AUTUMN_TALK,
            variants=versions,
        )
    )


async def pieces() -> None:
    """What the bank says again and again stands in its library."""
    by = await Staff.get(login=campaigns.MAKER)
    for title, text in PIECES:
        await library.save(title, text, by)


async def waiting_campaign() -> Campaign:
    """Waits for the reviewer; would start tomorrow."""
    tree = {"op": "and", "items": [in_tiers("gold", "sunflower", "diamond"), {"field": "contact", "op": "is"}]}
    return await campaigns.submitted(Plan("message", "年末资金安排提醒", tree, _at(1, time(10)), YEAR_END))


async def event() -> None:
    """An invitation of the day before yesterday; answers have been coming in since."""
    details = {"place": "滨江支行三楼会客厅", "starts_at": _at(6, time(14, 30)).isoformat(), "seats": SEATS}
    details["reply_by"] = _at(4, time(18)).isoformat()
    tree = {
        "op": "and",
        "items": [
            in_tiers("sunflower", "diamond", "private"),
            {"field": "tag", "op": "has", "value": ["企业主", "退休规划"]},
        ],
    }
    starts_at = _at(-2, time(10))
    campaign = await campaigns.sent(
        Plan("event_invitation", "冬日品茗·家庭财富沙龙", tree, starts_at, EVENT, 10, details)
    )
    held = await Event.get(campaign_id=campaign.id)
    rng, moment = random.Random(RANDOM_SEED), starts_at + timedelta(hours=4)
    for invitation in await Invitation.filter(event_id=held.id, state="invited").order_by("id"):
        moment += timedelta(minutes=rng.randrange(5, 40))
        drawn = rng.random()
        if moment < datetime.now(moment.tzinfo) and drawn < ACCEPT + DECLINE:
            with clock.frozen(moment):
                opened = await invitations.open_link(invitations.link(invitation.id).rsplit("/", 1)[-1])
                await (replies.accept(opened.id) if drawn < ACCEPT else replies.decline(opened.id))


async def livestream() -> None:
    """Tonight at eight, invited yesterday; some have asked for a reminder."""
    tonight = _at(0, time(20))
    if clock.now() > tonight - timedelta(minutes=30):
        tonight += timedelta(days=1)
    details = {"anchor_userid": "chen.xi", "starts_at": tonight.isoformat(), "minutes": 60}
    interested = {"field": "tag", "op": "has", "value": ["高潜客户", "子女教育"]}
    owned = {"field": "owner", "op": "in", "value": await _owners()}
    tree = {"op": "and", "items": [in_tiers("gold", "sunflower"), interested, owned]}
    plan = Plan("livestream", "年终资金安排三问三答", tree, _at(-1, time(16)), LIVE, 10, details)
    campaign = await campaigns.sent(plan)
    await attendance.book_approved()
    live = await Livestream.get(campaign_id=campaign.id)
    rng = random.Random(RANDOM_SEED)
    for guest in await LiveGuest.filter(livestream_id=live.id, reserved_at=None).order_by("id"):
        if rng.random() < RESERVE:
            await guests.reserve(guest)


async def _owners() -> list[int]:
    return [person.id for person in await Staff.filter(login__in=("chen.xi", "wu.qiong"))]


def _at(days: int, wall: time) -> datetime:
    return clock.at_local(clock.today() + timedelta(days=days), wall)
