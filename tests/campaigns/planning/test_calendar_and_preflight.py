"""The month as people see it, and the checklist that blocks a submission or only warns."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta

import pytest

from campaigns.content import library
from campaigns.planning import calendar, drafting, listing, preflight
from campaigns.planning.models import Campaign, Step
from kernel import clock
from kernel.errors import Forbidden, NotFound, Refused
from staff.models import Branch, Staff
from tests.campaigns.conftest import Cast, draft_of, make_clients

# 1 September 2026, 00:30 in Shanghai: still August in UTC
FIRST = datetime(2026, 8, 31, 16, 30, tzinfo=UTC)
NOON = datetime(2026, 9, 10, 4, tzinfo=UTC)


async def test_a_day_is_a_day_in_shanghai(cast: Cast) -> None:
    campaign = await draft_of(cast, starts_at=FIRST)
    days = await calendar.month(cast.li, 2026, 9)
    assert len(days) == 30
    assert [entry.campaign_id for entry in days[0].entries] == [campaign.id]
    assert all(not day.entries for day in await calendar.month(cast.li, 2026, 8))


async def test_a_branch_with_too_much_on_one_day_clashes(cast: Cast) -> None:
    made = [await draft_of(cast, starts_at=NOON + timedelta(hours=hour)) for hour in range(3)]
    assert (await calendar.month(cast.li, 2026, 9))[9].clashes == []
    await Campaign.filter(id__in=[one.id for one in made]).update(state="scheduled")
    assert (await calendar.month(cast.li, 2026, 9))[9].clashes == [None]
    fourth = await draft_of(cast, starts_at=NOON)
    assert len(await calendar.clashes_of(fourth)) == 3
    assert "calendar.clash" in {found.code for found in await preflight.check(fourth)}


async def test_a_branch_does_not_see_another_branchs_plans(cast: Cast) -> None:
    other = await Branch.create(code="gz", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="marketing", reach="branch", branch=other)
    campaign = await draft_of(cast, by=stranger, starts_at=NOON)
    assert (await calendar.month(cast.zhao, 2026, 9))[9].entries == []
    assert len((await calendar.month(cast.li, 2026, 9))[9].entries) == 1
    own = await Staff.create(login="sz", name="深圳", role="marketing", reach="branch", branch=cast.branch)
    with pytest.raises(NotFound):
        await drafting.save(campaign.id, await drafting.read(campaign), own, campaign.version)


@pytest.mark.parametrize(
    ("changes", "code", "blocks"),
    [
        ({"text": "  "}, "step.empty", True),
        ({"text": "您的余额{余额}"}, "placeholder.amount", True),
        ({"text": "稳 赚"}, "wording.forbidden", True),
        ({"text": "看{活动链接}"}, "step.link_missing", True),
        ({"text": "字" * 1400}, "step.too_long", True),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "start.past", True),
        ({"tree": {"field": "fan", "op": "is"}}, "audience.empty", True),
        ({}, "control.none", False),
        ({"control_percent": 10}, "control.small", False),
        ({}, "start.by_hand", False),
    ],
)
async def test_the_checklist(cast: Cast, changes: dict[str, object], code: str, blocks: bool) -> None:
    await make_clients(cast, 20)
    campaign = await draft_of(cast, **changes)
    found = {finding.code: finding for finding in await preflight.check(campaign)}
    assert found[code].is_blocking is blocks
    assert found[code].fix


async def test_the_tabs_count_what_a_person_may_see(cast: Cast) -> None:
    other = await Branch.create(code="gz", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="marketing", reach="branch", branch=other)
    await draft_of(cast, by=stranger)
    made = [await draft_of(cast) for _ in range(3)]
    await Campaign.filter(id=made[0].id).update(state="scheduled")
    assert await listing.counts(cast.li) == {"draft": 3, "scheduled": 1}
    assert await listing.counts(cast.zhao) == {"draft": 2, "scheduled": 1}


async def test_a_night_start_is_pointed_out(cast: Cast) -> None:
    await make_clients(cast, 3)
    night = clock.at_local(clock.today() + timedelta(days=1), time(23))
    campaign = await draft_of(cast, starts_at=night)
    (found,) = [one for one in await preflight.check(campaign) if one.code == "start.quiet"]
    assert "08:30" in found.message


@pytest.mark.parametrize(
    ("title", "url", "code"),
    [("课", "", "step.link_half"), ("课", "javascript:alert(1)", "step.link_bad"), ("课", "https://", "step.link_bad")],
)
async def test_half_a_link_or_a_strange_one_blocks(cast: Cast, title: str, url: str, code: str) -> None:
    campaign = await draft_of(cast)
    step = await Step.get(campaign_id=campaign.id)
    step.link_title, step.link_url = title, url
    assert [found.code for found in preflight.check_step(campaign, step)] == [code]


async def test_the_library_keeps_versions_and_refuses_promises(cast: Cast) -> None:
    first = await library.save("理财课", "欢迎听课", cast.li)
    second = await library.save("理财课", "欢迎来听课", cast.li, series=first.series)
    assert (second.version, [one.id for one in await library.current()]) == (2, [second.id])
    assert [one.version for one in await library.versions(first.series)] == [2, 1]
    with pytest.raises(Refused, match="保本"):
        await library.save("课", "保本理财", cast.li)
    with pytest.raises(Forbidden):
        await library.save("课", "听课", cast.chen)
    await library.retire(first.series, cast.li)
    assert await library.current() == []
    assert len(await library.current(with_retired=True)) == 1


async def test_later_messages_of_an_occasion_stand_on_their_own_days(cast: Cast) -> None:
    campaign = await drafting.create("event_invitation", "金沙龙", cast.li)
    draft = dataclasses.replace(await drafting.read(campaign), starts_at=NOON)
    campaign = await drafting.save(campaign.id, draft, cast.li, campaign.version)
    assert [entry.step for entry in await _entries(cast)] == [""]
    details = {"place": "会客厅", "starts_at": (NOON + timedelta(days=5)).isoformat(), "seats": 20}
    await drafting.save(campaign.id, dataclasses.replace(draft, details=details), cast.li, campaign.version)
    found = [(entry.at.day, entry.step) for entry in await _entries(cast)]
    assert found[:2] == [(10, ""), (14, "reminder")]
    assert {step for _, step in found[2:]} == {"attended", "absent"}


async def _entries(cast: Cast) -> list[calendar.Entry]:
    return [entry for day in await calendar.month(cast.li, 2026, 9) for entry in day.entries]
