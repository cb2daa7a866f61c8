"""Maker is never checker; what is approved is what was seen; any edit voids it."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from campaigns.planning import approval, drafting, fingerprint, running
from campaigns.planning.models import Campaign
from community.sending import stops, streams
from kernel import clock
from kernel.errors import Forbidden, Refused
from staff import approval_reading, interests
from staff.models import Approval, ApprovalRule, AuditEntry, Staff
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients


async def _submitted(cast: Cast) -> Campaign:
    await make_clients(cast, 3)
    campaign = await draft_of(cast)
    await approval.submit(campaign.id, cast.li)
    return await Campaign.get(id=campaign.id)


async def _edit(campaign: Campaign, by: Staff, **changes: object) -> Campaign:
    fresh = await Campaign.get(id=campaign.id)
    draft = dataclasses.replace(await drafting.read(fresh), **changes)  # type: ignore[arg-type]
    return await drafting.save(campaign.id, draft, by, fresh.version)


async def test_a_second_person_approves_and_it_waits_to_be_started(cast: Cast) -> None:
    campaign = await _submitted(cast)
    seen = await fingerprint.of(campaign)
    done = await approval.approve(campaign.id, cast.wang, seen)
    assert (done.state, done.approved_hash) == ("approved", seen)


async def test_the_maker_cannot_approve_even_with_the_permission(cast: Cast) -> None:
    campaign = await _submitted(cast)
    cast.li.role = "reviewer"
    await cast.li.save()
    with pytest.raises(Forbidden, match="自己"):
        await approval.approve(campaign.id, cast.li, await fingerprint.of(campaign))


async def test_the_last_editor_cannot_approve(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await draft_of(cast)
    second = await Staff.create(login="sun", name="孙", role="marketing", reach="bank")
    await _edit(campaign, second, name="十月理财课")
    await approval.submit(campaign.id, cast.li)
    second.role = "reviewer"
    await second.save()
    with pytest.raises(Forbidden, match="自己"):
        await approval.approve(campaign.id, second, await fingerprint.of(await Campaign.get(id=campaign.id)))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "别的名字"},
        {"steps": (drafting.StepText("main", "换了一段文字"),)},
        {"tree": {"field": "contact", "op": "is"}},
        {"control_percent": 20},
        {"channel": "oa_service"},
        {"late_minutes": 30},
    ],
)
async def test_any_edit_after_approval_voids_it(cast: Cast, changes: dict[str, object]) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    edited = await _edit(campaign, cast.li, **changes)
    assert (edited.state, edited.approved_hash) == ("draft", "")
    assert (await Approval.get(subject_id=campaign.id)).state == "void"
    with pytest.raises(Refused):
        await running.start(campaign.id, cast.li)


async def test_a_save_without_change_voids_nothing(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    assert (await _edit(campaign, cast.li)).state == "approved"


async def test_an_edit_while_it_waits_takes_the_question_back(cast: Cast) -> None:
    campaign = await _submitted(cast)
    seen = await fingerprint.of(campaign)
    await _edit(campaign, cast.li, name="别的名字")
    with pytest.raises(Refused):
        await approval.approve(campaign.id, cast.wang, seen)
    assert await approval_reading.waiting_for(cast.wang) == []


async def test_approval_of_what_is_not_there_any_more_is_refused(cast: Cast) -> None:
    campaign = await _submitted(cast)
    seen = await fingerprint.of(campaign)
    await _edit(campaign, cast.li, name="别的名字")
    await approval.submit(campaign.id, cast.li)
    with pytest.raises(Refused, match="改动"):
        await approval.approve(campaign.id, cast.wang, seen)


async def test_two_approvers_at_once_give_one_approval(cast: Cast) -> None:
    campaign = await _submitted(cast)
    seen = await fingerprint.of(campaign)
    second = await Staff.create(login="sun", name="孙", role="reviewer", reach="bank")
    outcomes = await asyncio.gather(
        approval.approve(campaign.id, cast.wang, seen),
        approval.approve(campaign.id, second, seen),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Campaign", "Refused"]


async def test_two_editors_of_the_same_version_do_not_overwrite_each_other(cast: Cast) -> None:
    campaign = await draft_of(cast)
    draft = await drafting.read(campaign)
    outcomes = await asyncio.gather(
        drafting.save(campaign.id, dataclasses.replace(draft, name="甲"), cast.li, campaign.version),
        drafting.save(campaign.id, dataclasses.replace(draft, name="乙"), cast.li, campaign.version),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Campaign", "Refused"]


async def test_what_a_changed_row_behind_the_pages_says_is_not_sent(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    await Campaign.filter(id=campaign.id).update(conditions={"field": "fan", "op": "is_not"})
    with pytest.raises(Refused, match="没有经过审批"):
        await running.start(campaign.id, cast.li)


async def test_what_an_author_with_another_place_in_the_bank_would_reach_was_not_approved(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    # the conditions choose among the author's clients: now others than those that the approver counted
    await Staff.filter(id=cast.li.id).update(branch_id=cast.branch.id)
    colleague = await Staff.create(login="sun", name="孙", role="marketing", reach="bank")
    with pytest.raises(Refused, match="没有经过审批"):
        await running.start(campaign.id, colleague)


async def test_the_same_moment_in_another_zone_is_no_edit(cast: Cast) -> None:
    await make_clients(cast, 3)
    starts_at = clock.now().replace(microsecond=0) + timedelta(hours=3)
    campaign = await approved(cast, starts_at=starts_at)
    assert (await _edit(campaign, cast.li, starts_at=clock.local(starts_at))).state == "scheduled"


async def test_a_campaign_with_forbidden_words_or_nobody_to_reach_is_not_submitted(cast: Cast) -> None:
    campaign = await draft_of(cast, text="本产品保 本，速来")
    with pytest.raises(Refused, match="保 本") as refusal:
        await approval.submit(campaign.id, cast.li)
    assert "没有可以发送的客户" in refusal.value.message


async def test_giving_back_makes_it_a_draft_with_the_reason(cast: Cast) -> None:
    campaign = await _submitted(cast)
    assert (await approval.give_back(campaign.id, "请补充地点", cast.wang)).state == "draft"
    latest = await approval_reading.latest("campaign", campaign.id)
    assert latest is not None
    assert (latest.state, latest.note) == ("returned", "请补充地点")


async def test_a_copy_is_a_new_draft_with_its_own_draw(cast: Cast) -> None:
    await make_clients(cast, 3)
    source = await approved(cast, tree={"field": "contact", "op": "is"})
    made = await drafting.copy(source.id, cast.li)
    assert (made.state, made.conditions, made.starts_at) == ("draft", source.conditions, None)
    assert made.salt != source.salt
    before, after = await drafting.read(source), await drafting.read(made)
    assert before.steps == after.steps


async def test_an_audience_that_outgrew_one_persons_word_waits_for_a_second_one(cast: Cast) -> None:
    await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=5)
    await make_clients(cast, 3)
    campaign = await approved(cast)
    await make_clients(cast, 4)
    with pytest.raises(Refused, match="3 人，现在 7 人"):
        await running.start(campaign.id, cast.li)
    assert (await Campaign.get(id=campaign.id)).state == "held"
    with pytest.raises(Forbidden, match="另一位"):
        await running.release(campaign.id, cast.wang)
    second = await Staff.create(login="sun", name="孙", role="reviewer", reach="bank")
    assert (await running.release(campaign.id, second)).state == "sending"


async def test_an_audience_that_outgrew_it_while_it_waited_is_not_approved_by_one(cast: Cast) -> None:
    await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=5)
    campaign = await _submitted(cast)
    await make_clients(cast, 4)
    with pytest.raises(Refused, match="重新送审"):
        await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))
    assert (await Campaign.get(id=campaign.id)).state == "submitted"


async def test_the_release_of_a_stopped_campaign_is_its_units_whoever_stopped_it(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    stream = await streams.open_stream("活动")
    await Campaign.filter(id=campaign.id).update(stream_id=stream)
    stop = await stops.pull(f"stream:{stream}", "名单有误", cast.zhao)
    asked = await stops.ask_release(stop.id, cast.zhao)
    assert asked.summary["branch_id"] is None
    await Campaign.filter(id=campaign.id).update(branch_id=cast.branch.id)
    asked = await stops.ask_release(stop.id, cast.wang)
    assert asked.summary["branch_id"] == cast.branch.id


async def test_every_editor_since_the_last_approval_is_a_maker(cast: Cast) -> None:
    await make_clients(cast, 3)
    sun = await Staff.create(login="sun", name="孙", role="marketing", reach="bank")
    campaign = await draft_of(cast)
    await _edit(campaign, sun, name="改名")
    await _edit(campaign, cast.li, name="再改")
    await approval.submit(campaign.id, cast.li)
    asked = await Approval.get(subject_id=campaign.id, state="waiting")
    assert sun.id in asked.summary["maker_ids"]
    await approval.approve(campaign.id, cast.wang, asked.content_hash)
    # what he wrote has been approved: he is no maker of what came after
    await _edit(campaign, cast.li, name="又改")
    await approval.submit(campaign.id, cast.li)
    assert sun.id not in (await Approval.get(subject_id=campaign.id, state="waiting")).summary["maker_ids"]


async def test_who_has_an_interest_or_submitted_it_does_not_release_it(cast: Cast) -> None:
    await make_clients(cast, 3)
    await approved(cast, starts_at=clock.now() + timedelta(hours=1))
    campaign = await Campaign.get()
    with clock.frozen(clock.now() + timedelta(hours=9)):
        await running.start_if_due(campaign.id)
        assert (await Campaign.get()).state == "held"
        asked = await Approval.get()
        await Approval.filter(id=asked.id).update(touches=["product:R12"])
        await interests.declare("product", "R12", "持有", cast.wang)
        with pytest.raises(Forbidden, match="利益"):
            await running.release(campaign.id, cast.wang)
        await Approval.filter(id=asked.id).update(touches=[], asked_by_id=cast.wang.id)
        with pytest.raises(Forbidden, match="自己"):
            await running.release(campaign.id, cast.wang)
        await Approval.filter(id=asked.id).update(asked_by_id=cast.li.id)
        assert (await running.release(campaign.id, cast.wang)).state == "sending"


async def test_a_reason_with_a_number_in_it_is_masked_in_the_audit(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    await running.cancel(campaign.id, "客户 13812345678 投诉", cast.wang)
    assert "13812345678" not in str((await AuditEntry.get(action="campaign.cancelled")).detail)
