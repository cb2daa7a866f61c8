"""A word of the second person falls on the question that was looked at, never on a newer one."""

from __future__ import annotations

from campaigns.planning import approval, drafting
from campaigns.planning.models import Campaign
from staff.models import Approval
from tests.web.console import bank


async def test_giving_back_an_old_question_leaves_the_newer_one_alone(signed_in, people):
    await bank.make_clients(people, 3)
    campaign, old = await bank.submitted(people)
    await approval.give_back(campaign.id, "请补充风险提示", people["branch_head"])
    campaign = await Campaign.get(id=campaign.id)
    await drafting.save(campaign.id, await drafting.read(campaign), people["marketing"], campaign.version)
    newer = await approval.submit(campaign.id, people["marketing"])
    browser = await signed_in("branch_head")
    form = {"word": "return", "seen_hash": old.content_hash, "note": "不行"}
    answer = await browser.post(f"/approvals/{old.id}/decision", form)
    assert answer.status == 409
    assert (await Approval.get(id=newer.id)).state == "waiting"
    assert (await Campaign.get(id=campaign.id)).state == "submitted"
