"""Inbox, desk, stops, interests and policies as people use them: what waits, what came back, whose voice is missing."""

from __future__ import annotations

from campaigns.planning.models import Campaign
from community.sending import policies, stops
from community.sending.models import Stop
from kernel import clock
from staff import approval_reading, approvals, interests
from staff.models import Approval, ApprovalRule, AuditEntry, Interest, LineComment, Staff
from tests.browsing import Browser
from tests.web.console import bank


async def _word(browser: Browser, asked: Approval, word: str, **more: str):
    form = {"word": word, "seen_hash": asked.content_hash, "note": "", **more}
    return await browser.post(f"/approvals/{asked.id}/decision", form)


async def _of_the_whole_bank(*people: Staff) -> None:
    for person in people:
        await Staff.filter(id=person.id).update(reach="bank")
        await person.refresh_from_db()


async def test_remarks_on_lines_reach_the_maker_in_the_inbox_and_beside_the_text(signed_in, people):
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    reviewer, maker = await signed_in("branch_head"), await signed_in("marketing")
    assert "line.main.1" in (await reviewer.get(f"/approvals/{asked.id}")).text
    answer = await _word(
        reviewer, asked, "return", note="请补充", **{"line.main.1": "写明风险等级", "line.main.x": "?"}
    )
    assert answer.status == 303
    assert await LineComment.all().values_list("anchor", "line") == [("main", 1)]
    assert "写明风险等级" in (await maker.get("/inbox")).text
    assert "写明风险等级" in (await maker.get(f"/campaigns/{campaign.id}/edit")).text
    assert "<em>1</em>" in (await maker.get("/")).text


async def test_the_first_of_two_yeses_changes_nothing_yet_and_the_page_says_so(signed_in, people):
    await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=2)
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    browser = await signed_in("branch_head")
    assert "还需要另一位同事批准才会生效" in (await browser.get(f"/approvals/{asked.id}")).text
    await _word(browser, asked, "approve")
    assert (await Campaign.get(id=campaign.id)).state == "submitted"
    assert "您或您代理的同事已表决过" in (await browser.get(f"/approvals/{asked.id}")).text
    assert "须两位同事批准" in (await (await signed_in("marketing")).get(f"/campaigns/{campaign.id}")).text
    await _word(await signed_in("reviewer"), asked, "approve")
    assert (await Campaign.get(id=campaign.id)).state == "approved"


async def test_the_desk_is_narrowed_by_kind_and_by_what_is_needed(signed_in, people):
    await bank.make_clients(people, 3)
    await bank.submitted(people)
    browser = await signed_in("reviewer")
    assert "九月理财课" in (await browser.get("/approvals?kind=campaign")).text
    assert "没有符合条件的申请" in (await browser.get("/approvals?which=committee")).text
    assert "没有符合条件的申请" in (await browser.get("/inbox?kind=export")).text


async def test_who_asked_takes_it_back_and_others_find_nothing_to_take_back(signed_in, people):
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    assert (await (await signed_in("reviewer")).post(f"/approvals/{asked.id}/withdrawal", {})).status == 404
    maker = await signed_in("marketing")
    assert "撤回" in (await maker.get("/inbox")).text
    await maker.post(f"/approvals/{asked.id}/withdrawal", {})
    assert (await Approval.get(id=asked.id)).state == "withdrawn"
    assert (await Campaign.get(id=campaign.id)).state == "draft"


async def test_a_client_of_the_audience_whom_a_maker_knows_calls_the_committee(signed_in, people):
    numbers = await bank.make_clients(people, 3)
    await interests.declare("client", str(numbers[0]), "亲属", people["marketing"])
    _campaign, asked = await bank.submitted(people)
    assert (asked.needs_committee, asked.touches) == (True, [f"client:{numbers[0]}"])
    browser = await signed_in("reviewer")
    assert (await _word(browser, asked, "approve")).status == 403
    assert "评审委员会" in (await browser.get(f"/approvals/{asked.id}")).text
    await Staff.filter(id=people["reviewer"].id).update(in_committee=True)
    assert (await _word(browser, asked, "approve")).status == 303
    assert (await Approval.get(id=asked.id)).state == "approved"


async def test_everything_is_stopped_with_a_confirmation_and_every_page_says_so(signed_in, people):
    await _of_the_whole_bank(people["reviewer"], people["administrator"])
    browser = await signed_in("reviewer")
    assert "0 条消息在等待发送" in (await browser.get("/stops?what=all")).text
    assert (await browser.post("/stops", {"what": "all", "reason": ""})).status == 422
    assert (await browser.post("/stops", {"what": "all", "reason": "内容有误"})).status == 303
    stop = await Stop.get()
    assert "全部消息已紧急停发：内容有误" in (await (await signed_in("director")).get("/clients")).text
    assert (await browser.post(f"/stops/{stop.id}/release", {})).status == 303
    asked = await Approval.get(subject="stop_release")
    assert (await _word(browser, asked, "approve")).status == 403
    second = await signed_in("administrator")
    assert "解除紧急停发：全部消息" in (await second.get("/inbox")).text
    assert (await _word(second, asked, "approve")).status == 303
    assert await stops.active() == []


async def test_who_does_not_see_the_whole_bank_stops_own_campaigns_only(signed_in, people):
    browser = await signed_in("branch_head")
    assert "须由数据范围为全行的同事操作" in (await browser.get("/stops")).text
    assert (await browser.post("/stops", {"what": "all", "reason": "x"})).status == 404
    assert await Stop.all().count() == 0


async def test_everybody_declares_the_own_interests_and_ends_no_one_elses(signed_in, people):
    director = await signed_in("director")
    form = {"kind": "company", "ref": "甲公司", "relation": "持股"}
    assert (await director.post("/interests", form)).status == 303
    assert (await director.post("/interests", form | {"relation": ""})).status == 422
    found = await Interest.get()
    assert (await director.post("/interests/search", {"q": "13812345678"})).status == 200
    searched = await AuditEntry.get(action="client.searched")
    assert (searched.staff_id, searched.detail) == (people["director"].id, {})
    reviewer = await signed_in("reviewer")
    assert "甲公司" in (await reviewer.get("/interests")).text
    assert "甲公司" not in (await (await signed_in("marketing")).get("/interests")).text
    assert (await reviewer.post(f"/interests/{found.id}/end", {})).status == 404
    assert (await director.post(f"/interests/{found.id}/end", {})).status == 303
    kept = await AuditEntry.filter(action__startswith="interest.").order_by("id").values_list("action", flat=True)
    assert kept == ["interest.declared", "interest.ended"]


async def test_a_client_outside_the_own_scope_can_not_be_named(signed_in, people):
    (number, *_others) = await bank.make_clients(people, 2)
    await Staff.filter(id=people["branch_head"].id).update(reach="own")
    form = {"kind": "client", "ref": str(number), "relation": "亲属"}
    assert (await (await signed_in("branch_head")).post("/interests", form)).status == 404
    assert (await (await signed_in("director")).post("/interests", form)).status == 303
    assert (await Interest.get()).ref == str(number)


async def test_a_rule_of_approval_and_caps_change_only_with_a_second_persons_word(signed_in, people):
    await _of_the_whole_bank(people["reviewer"], people["marketing"])
    browser, today = await signed_in("marketing"), clock.today().isoformat()
    rule = {"subject": "campaign", "second_above": "50", "expires_hours": "24", "effective_on": today, "reason": "试行"}
    caps = {"daily_cap": "1", "monthly_cap": "4", "quiet_from": "21:00", "quiet_until": "09:00"}
    more = {"holdout_percent": "0", "open_level": "2", "send_on": today, "send_reason": "年末"}
    assert (await browser.post("/settings/policies/approval-rules", rule)).status == 303
    assert (await browser.post("/settings/policies/sending", caps | more)).status == 303
    assert (await ApprovalRule.all().count(), (await policies.in_force()).daily_cap) == (0, 2)
    assert "等待批准的修改" in (await browser.get("/settings/policies")).text
    reviewer = await signed_in("reviewer")
    for asked in await approval_reading.waiting_for(people["reviewer"]):
        assert (await _word(reviewer, asked, "approve")).status == 303
    assert (await ApprovalRule.get()).second_above == 50
    assert (await policies.in_force()).daily_cap == 1


async def test_a_rule_of_the_past_or_without_sense_is_refused(signed_in, people):
    browser = await signed_in("marketing")
    past = {"subject": "campaign", "expires_hours": "24", "effective_on": "2020-01-01", "reason": "x"}
    answer = await browser.post("/settings/policies/approval-rules", past)
    assert answer.status == 422
    assert "不能早于今天" in answer.text
    assert (await browser.post("/settings/policies/approval-rules", past | {"subject": "fax"})).status == 422


async def test_an_expired_campaign_goes_back_to_its_maker(signed_in, people):
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    await Approval.filter(id=asked.id).update(expires_at=clock.now())
    assert (await _word(await signed_in("branch_head"), asked, "approve")).status == 409
    await approvals.expire_due()
    assert (await Campaign.get(id=campaign.id)).state == "draft"
    assert "超过审批期限" in (await (await signed_in("marketing")).get(f"/campaigns/{campaign.id}")).text
