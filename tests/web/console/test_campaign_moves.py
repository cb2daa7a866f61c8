"""Approving, starting, stopping, moving and copying campaigns through the pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.delivery import freezing, planning_sends
from campaigns.planning import fingerprint, running
from campaigns.planning.models import Campaign
from kernel import clock
from staff.models import Approval, Staff
from tests.browsing import Browser
from tests.web.console import bank

SignIn = Callable[[str], Awaitable[Browser]]


async def test_a_second_person_approves_exactly_what_was_seen(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    browser = await signed_in("branch_head")
    page = (await browser.get(f"/approvals/{asked.id}")).text
    seen = await fingerprint.of(campaign)
    assert seen in page
    assert "权限范围内的全部客户" in page
    stale = await browser.post(f"/approvals/{asked.id}/decision", {"word": "approve", "seen_hash": "0" * 64})
    assert stale.status == 409
    answer = await browser.post(f"/approvals/{asked.id}/decision", {"word": "approve", "seen_hash": seen})
    assert answer.status == 303
    assert (await Campaign.get(id=campaign.id)).state == "approved"


async def test_the_maker_gets_no_button_and_is_refused(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    # the maker moved to compliance afterwards: the role alone would allow it
    await Staff.filter(id=people["marketing"].id).update(role="reviewer")
    browser = await signed_in("marketing")
    page = (await browser.get(f"/approvals/{asked.id}")).text
    assert "须由另一位有审批权限的同事批准" in page
    assert 'value="approve"' not in page
    assert "须由其他同事审批" in (await browser.get("/approvals")).text
    form = {"word": "approve", "seen_hash": await fingerprint.of(campaign)}
    assert (await browser.post(f"/approvals/{asked.id}/decision", form)).status == 403
    assert (await Campaign.get(id=campaign.id)).state == "submitted"


async def test_giving_back_needs_a_reason_and_the_maker_reads_it(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    browser = await signed_in("reviewer")
    form = {"word": "return", "seen_hash": await fingerprint.of(campaign)}
    answer = await browser.post(f"/approvals/{asked.id}/decision", form)
    assert answer.status == 422
    assert "请写明退回的原因" in answer.text
    answer = await browser.post(f"/approvals/{asked.id}/decision", form | {"note": "请补充风险提示"})
    assert answer.status == 303
    maker = await signed_in("marketing")
    assert "请补充风险提示" in (await maker.get(f"/campaigns/{campaign.id}")).text


async def test_the_approver_sees_what_changed_since_the_last_approval(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 3)
    campaign = await bank.approved(people)
    maker = await signed_in("marketing")
    form = bank.form_of(campaign, **{"step.main.text": "{称呼|您}好，周五下午有一堂理财课，欢迎来听。"})
    assert (await maker.post(f"/campaigns/{campaign.id}/submission", form)).status == 303
    asked = await Approval.get(subject_id=campaign.id, state="waiting")
    page = (await (await signed_in("branch_head")).get(f"/approvals/{asked.id}")).text
    assert "与上一个批准的版本相比" in page
    assert "<del>四</del>" in page
    assert "<ins>五</ins>" in page


async def test_another_branch_neither_sees_nor_decides(signed_in: SignIn, people: dict[str, Staff], web_app) -> None:
    from staff import sign_in
    from staff.models import Branch

    await bank.make_clients(people, 2)
    campaign, asked = await bank.submitted(people)
    other = await Branch.create(code="GZ", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="branch_head", reach="branch", branch=other)
    await sign_in.set_password(stranger, "another long pass phrase")
    browser = Browser(web_app)
    await browser.sign_in("gz", "another long pass phrase")
    assert (await browser.get(f"/approvals/{asked.id}")).status == 404
    assert (await browser.get(f"/campaigns/{campaign.id}")).status == 404
    assert (await browser.post(f"/campaigns/{campaign.id}/pause")).status == 404


async def test_a_campaign_is_started_paused_resumed_and_cancelled(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 3)
    campaign = await bank.approved(people)
    browser = await signed_in("marketing")
    path = f"/campaigns/{campaign.id}"
    assert "开始发送" in (await browser.get(path)).text
    assert (await browser.post(f"{path}/start")).status == 303
    await freezing.freeze(campaign.id)
    for step in await planning_sends.due_steps():
        await planning_sends.plan_step(step)
    page = (await browser.get(path)).text
    assert 'hx-trigger="every 2s"' in page
    assert "名单定于" in page
    assert (await browser.post(f"{path}/pause", {"reason": "客户有疑问"})).status == 303
    page = (await browser.get(path)).text
    assert "已暂停：客户有疑问" in page
    assert 'hx-trigger="every 2s"' not in page
    assert (await browser.post(f"{path}/resumption")).status == 303
    assert "客户已收到的 0 条不会撤回；排队的 3 条和员工手机上还没确认的 0 条不再发送" in (await browser.get(path)).text
    assert (await browser.post(f"{path}/cancellation", {"reason": "改期"})).status == 303
    assert (await Campaign.get(id=campaign.id)).state == "cancelled"
    assert (await browser.post(f"{path}/resumption")).status == 409


async def test_the_live_part_is_a_part_and_stops_asking_at_the_end(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.approved(people)
    await running.start(campaign.id, people["marketing"])
    await freezing.freeze(campaign.id)
    browser = await signed_in("director")
    part = (await browser.get(f"/campaigns/{campaign.id}/progress", {"hx-request": "true"})).text
    assert "<html" not in part
    assert "every 2s" in part
    await running.cancel(campaign.id, "", people["marketing"])
    assert "every 2s" not in (await browser.get(f"/campaigns/{campaign.id}/progress")).text


async def test_a_director_gets_no_buttons_and_is_refused(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.approved(people)
    browser = await signed_in("director")
    page = (await browser.get(f"/campaigns/{campaign.id}")).text
    for verb in ("start", "pause", "cancellation", "copy", "date"):
        assert f"/campaigns/{campaign.id}/{verb}" not in page
        assert (await browser.post(f"/campaigns/{campaign.id}/{verb}")).status == 403


async def test_a_held_campaign_is_released_by_a_second_person(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.approved(people)
    await Campaign.filter(id=campaign.id).update(state="held", hold_reason="错过了时间")
    maker, checker = await signed_in("marketing"), await signed_in("branch_head")
    page = (await maker.get(f"/campaigns/{campaign.id}")).text
    assert "已搁置：错过了时间" in page
    assert "/release" not in page
    assert (await maker.post(f"/campaigns/{campaign.id}/release")).status == 403
    assert "确认放行" in (await checker.get(f"/campaigns/{campaign.id}")).text
    assert (await checker.post(f"/campaigns/{campaign.id}/release")).status == 303
    assert (await Campaign.get(id=campaign.id)).state == "sending"


async def test_a_copy_is_a_new_draft(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    answer = await browser.post(f"/campaigns/{campaign.id}/copy")
    assert answer.status == 303
    assert "九月理财课 副本" in (await browser.get(answer.headers["location"])).text


async def test_moving_to_another_day_keeps_the_time_and_can_be_undone(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    starts_at = clock.at_local(
        clock.today() + timedelta(days=3),
        clock.local(clock.now()).time().replace(hour=15, minute=0, second=0, microsecond=0),
    )
    campaign = await bank.draft_of(people["marketing"], starts_at=starts_at)
    browser = await signed_in("marketing")
    day = clock.today() + timedelta(days=5)
    answer = await browser.post(f"/campaigns/{campaign.id}/date", {"day": day.isoformat()})
    assert answer.headers["location"] == f"/calendar?day={day:%Y-%m-%d}"
    moved = (await Campaign.get(id=campaign.id)).starts_at
    assert moved == starts_at + timedelta(days=2)
    page = (await browser.get(answer.headers["location"])).text
    assert "撤销" in page
    undo = f"/campaigns/{campaign.id}/date?at={clock.local(starts_at):%Y-%m-%dT%H:%M}"
    assert undo in page
    assert (await browser.post(undo)).status == 303
    assert (await Campaign.get(id=campaign.id)).starts_at == starts_at


async def test_a_day_of_the_past_is_refused_in_words(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    answer = await browser.post(f"/campaigns/{campaign.id}/date", {"day": "2020-01-01"}, {"hx-request": "true"})
    assert answer.status == 204
    assert "不能移到已经过去的时间" in (await browser.get(answer.headers["hx-redirect"])).text
    assert (await Campaign.get(id=campaign.id)).starts_at is None


async def test_the_calendar_marks_crowded_days_holidays_and_what_was_started_by_hand(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 2)
    day = clock.today().replace(day=28)
    starts_at = clock.at_local(day, clock.local(clock.now()).time().replace(hour=15))
    for number in range(3):
        campaign = await bank.draft_of(people["marketing"], f"同日第 {number} 项", starts_at=starts_at)
        await Campaign.filter(id=campaign.id).update(state="scheduled")
    by_hand = await bank.approved(people, name="手动开始的")
    await running.start(by_hand.id, people["marketing"])
    await freezing.freeze(by_hand.id)
    browser = await signed_in("marketing")
    page = (await browser.get("/calendar")).text
    assert "活动过密" in page
    assert "手动开始的" in page
    september = (await browser.get("/calendar?month=2026-09")).text
    assert "中秋节" in september
    assert "调休上班" in september


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-01", "2026", "-", "２０２６-09"])
async def test_a_month_that_is_none_shows_this_month(signed_in: SignIn, month: str) -> None:
    from urllib.parse import quote

    browser = await signed_in("director")
    answer = await browser.get(f"/calendar?month={quote(month)}")
    assert answer.status == 200
    assert f"{clock.today().year} 年 {clock.today().month} 月" in answer.text


async def test_pieces_are_versioned_checked_and_retired(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    refused = await browser.post("/library/edit", {"title": "问候", "text": "稳赚不赔"})
    assert refused.status == 422
    assert (await browser.post("/library/edit", {"title": "问候", "text": "{称呼|您}好"})).status == 303
    from campaigns.content.models import Piece

    piece = await Piece.get()
    form = {"title": "问候", "text": "{称呼|您}好，节日安康", "series": piece.series}
    assert (await browser.post("/library/edit", form)).status == 303
    assert "节日安康" in (await browser.get("/library")).text
    assert "保存为第 3 版" in (await browser.get(f"/library/edit?series={piece.series}")).text
    assert (await browser.post(f"/library/{piece.series}/retirement")).status == 303
    assert "还没有素材" in (await browser.get("/library")).text
    assert "已停用" in (await browser.get("/library?retired=1")).text
