"""Saving while typing, versions and going back, goals and repeating in the editor, many campaigns at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from campaigns.planning import drafting, drafting_history
from campaigns.planning.models import Campaign, DraftVersion
from kernel import clock
from staff.models import Staff
from tests.browsing import Browser
from tests.web.console.bank import approved, draft_of, form_of, make_clients

SignIn = Callable[[str], Awaitable[Browser]]


async def test_what_is_typed_is_saved_and_said(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    campaign = await draft_of(people["marketing"])
    answer = await browser.post(
        f"/campaigns/{campaign.id}/autosave", form_of(campaign, name="新的名字"), headers={"HX-Request": "true"}
    )
    assert answer.status == 200
    assert "已保存" in answer.text
    # the checklist comes along, so that it never speaks of an older text
    assert 'id="checks" hx-swap-oob="true"' in answer.text
    saved = await Campaign.get(id=campaign.id)
    assert (saved.name, saved.version) == ("新的名字", campaign.version + 1)
    assert f'name="version" value="{saved.version}"' in answer.text
    again = await browser.post(f"/campaigns/{campaign.id}/autosave", form_of(saved, name="再改一次"))
    assert "已保存" in again.text
    # the two saves while typing are one version; the save before them is another
    assert [row.is_auto for row in await drafting_history.of(campaign.id)] == [True, False]


async def test_two_people_are_told_who_changed_what(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    campaign = await draft_of(people["marketing"])
    await browser.post(f"/campaigns/{campaign.id}/autosave", form_of(campaign, control_percent=20))
    answer = await browser.post(f"/campaigns/{campaign.id}/autosave", form_of(campaign, name="另一个名字"))
    assert "改过这个活动" in answer.text
    assert "改动的部分：对照组" in answer.text
    assert (await Campaign.get(id=campaign.id)).name == campaign.name


async def test_what_waits_for_approval_is_not_saved_by_itself(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await make_clients(people, 3)
    campaign = await approved(people)
    browser = await signed_in("marketing")
    answer = await browser.post(f"/campaigns/{campaign.id}/autosave", form_of(campaign, name="另一个名字"))
    assert "保存会作废已有的审批" in answer.text
    assert (await Campaign.get(id=campaign.id)).state == "approved"


async def test_an_earlier_version_comes_back_whole(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    campaign = await draft_of(people["marketing"], starts_at=clock.now() + timedelta(days=3), guardrails={"lost": 2.0})
    first = await drafting.read(campaign)
    await browser.post(f"/campaigns/{campaign.id}/edit", form_of(campaign, name="改坏了", act="save"))
    page = await browser.get(f"/campaigns/{campaign.id}/versions")
    assert "第 2 版" in page.text
    assert "名称" in page.text
    now = await Campaign.get(id=campaign.id)
    answer = await browser.post(f"/campaigns/{campaign.id}/versions/2/restoration", {"seen": now.version})
    assert answer.status == 303
    assert await drafting.read(await Campaign.get(id=campaign.id)) == first
    gone = await browser.post(f"/campaigns/{campaign.id}/versions/999/restoration", {"seen": now.version + 1})
    assert gone.status == 404


async def test_goal_guards_and_repeating_are_kept_and_a_form_without_them_keeps_them(
    signed_in: SignIn,
    people: dict[str, Staff],
) -> None:
    browser = await signed_in("marketing")
    campaign = await draft_of(people["marketing"])
    at = clock.local(clock.now() + timedelta(days=2))
    until = (at + timedelta(days=40)).date().isoformat()
    plan = {"goal": "active:14", "guard.opt_out": "1.5", "repeat.every": "week", "repeat.until": until}
    form = form_of(campaign, starts_at=f"{at:%Y-%m-%dT10:00}", **plan)
    answer = await browser.post(f"/campaigns/{campaign.id}/edit", form | {"act": "save"})
    assert answer.status == 303
    saved = await Campaign.get(id=campaign.id)
    assert (saved.goal, saved.goal_days, saved.guardrails) == ("active", 14, {"opt_out": 1.5})
    assert saved.repeats == {"every": "week", "until": until, "holidays": "skip"}
    without = form_of(saved, name="只改名字", starts_at=f"{at:%Y-%m-%dT10:00}", act="save")
    await browser.post(f"/campaigns/{campaign.id}/edit", without)
    assert (await Campaign.get(id=campaign.id)).repeats == saved.repeats
    bad = await browser.post(f"/campaigns/{campaign.id}/edit", without | plan | {"guard.opt_out": "99"})
    assert "请填 0 到 50 之间的百分比" in bad.text


async def test_many_campaigns_are_put_away_and_copied_and_each_refusal_is_said(
    signed_in: SignIn,
    people: dict[str, Staff],
) -> None:
    await make_clients(people, 3)
    browser = await signed_in("marketing")
    one, other = await draft_of(people["marketing"], "甲"), await approved(people, name="乙")
    answer = await browser.post("/campaigns/bulk", {"act": "archive", "id": [one.id, other.id]})
    assert answer.status == 303
    assert (await Campaign.get(id=one.id)).archived_at is not None
    assert (await Campaign.get(id=other.id)).archived_at is None
    listed = await browser.get("/campaigns")
    assert f'/campaigns/{one.id}"' not in listed.text
    assert "已归档 1" in listed.text
    await browser.post("/campaigns/bulk", {"act": "copy", "id": [one.id, other.id]})
    assert await Campaign.filter(name__endswith="副本").count() == 2
    asked = await browser.post("/campaigns/bulk", {"act": "pause", "id": [other.id]})
    assert "没有可以暂停的" in asked.text


async def test_a_pause_of_many_is_shown_first(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    campaign = await draft_of(people["marketing"])
    await Campaign.filter(id=campaign.id).update(state="sending")
    asked = await browser.post("/campaigns/bulk", {"act": "pause", "id": [campaign.id]})
    assert "确认暂停" in asked.text
    assert (await Campaign.get(id=campaign.id)).state == "sending"
    await browser.post("/campaigns/bulk", {"act": "pause", "id": [campaign.id], "sure": "yes", "reason": "查一下"})
    paused = await Campaign.get(id=campaign.id)
    assert (paused.state, paused.hold_reason) == ("paused", "查一下")
    assert await DraftVersion.filter(campaign_id=campaign.id).count() == 1


async def test_a_draft_that_was_never_saved_has_no_versions_yet(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    campaign = await drafting.create("message", "刚开始", people["marketing"])
    assert "还没有保存过的版本" in (await browser.get(f"/campaigns/{campaign.id}/versions")).text
