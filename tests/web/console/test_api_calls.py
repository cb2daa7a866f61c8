"""The page of calls: what was called, what is held and why, and a person who lets it be tried again."""

from __future__ import annotations

from datetime import timedelta

from community.sending import holding
from community.sending.models import ChannelHold
from kernel import clock, database, settings
from staff.models import AuditEntry
from wechat import breaking, measuring
from wechat.models import ApiHold

PAGE = "/settings/api-calls"
CUSTOM = "/cgi-bin/message/custom/send"


def account() -> str:
    return f"official_account:{settings.get().oa_appid}"


async def held(api: str = CUSTOM, **given: object) -> ApiHold:
    said = {"kind": "quota", "reason": "daily_quota", "message": "公众号接口当日额度已用完", "errcode": 45009}
    until = clock.now() + timedelta(hours=3)
    return await ApiHold.create(app=account(), api=api, since=clock.now(), until_at=until, **(said | given))


async def test_who_looks_after_the_system_sees_calls_and_nobody_else(signed_in):
    for role in ("marketing", "director", "branch_head", "reviewer"):
        assert (await (await signed_in(role)).get(PAGE)).status == 403
    page = await (await signed_in("administrator")).get(PAGE)
    assert page.status == 200
    assert "没有暂停的接口" in page.text
    assert "还没有调用" in page.text


async def test_errors_are_told_by_what_they_mean_and_what_to_do(signed_in):
    measuring.forget()
    for outcome, times in (("0", 5), ("45015", 2), ("timeout", 1)):
        for _ in range(times):
            measuring.count(account(), CUSTOM, outcome, 0.03)
    measuring.count("wecom:ww1:7", "/cgi-bin/externalcontact/send_welcome_msg", "41050", 20)
    await measuring.flush()
    text = (await (await signed_in("administrator")).get(PAGE)).text
    assert "客服消息" in text
    assert "45015" in text
    assert "只影响个别客户，系统已跳过" in text
    assert "微信服务器超时未答复" in text
    assert "≤ 50 毫秒" in text
    assert "&gt; 10,000 毫秒" in text
    assert "499,993" in text  # of 500 000 a day; a call without an answer is not counted as used
    assert "还没有调用" not in text
    assert (await (await signed_in("administrator")).get(f"{PAGE}?span=week")).status == 200
    measuring.forget()


async def test_a_hold_is_shown_with_its_reason_and_tried_again_at_a_persons_word(signed_in):
    row = await held()
    await holding.hold("oa_service", "公众号接口当日额度已用完", None, app=settings.get().oa_appid)
    browser = await signed_in("administrator")
    text = (await browser.get(PAGE)).text
    assert "公众号接口当日额度已用完" in text
    assert "错误码 45009" in text
    assert "立即重试" in text
    answer = await browser.post(f"{PAGE}/{row.id}/release")
    assert answer.status == 303
    assert "已恢复调用" in (await browser.get(PAGE)).text
    assert await breaking.holds() == []
    # the channel rested for the same reason, and goes on with it
    assert await ChannelHold.filter(ended_at=None).count() == 0
    entry = await AuditEntry.filter(action="api_hold.released").get()
    assert (entry.subject_id, entry.detail["api"]) == (row.id, CUSTOM)
    assert (await browser.post(f"{PAGE}/{row.id}/release")).status == 404


async def test_who_only_looks_on_can_end_nothing(signed_in):
    row = await held()
    browser = await signed_in("auditor")
    text = (await browser.get(PAGE)).text
    assert "公众号接口当日额度已用完" in text
    assert "立即重试" not in text
    assert (await browser.post(f"{PAGE}/{row.id}/release")).status == 403
    assert await database.fetch_value("SELECT count(*) FROM api_hold WHERE ended_at IS NULL") == 1


async def test_what_goes_slowly_is_told_apart_from_what_is_held(signed_in):
    await held(errcode=45011, reason="too_fast", slowed_to=0.5, slowed_until=clock.now() + timedelta(minutes=9))
    await ApiHold.filter(api=CUSTOM).update(until_at=clock.now() - timedelta(seconds=1))
    text = (await (await signed_in("administrator")).get(PAGE)).text
    assert "没有暂停的接口" in text
    assert "50% 速度" in text
