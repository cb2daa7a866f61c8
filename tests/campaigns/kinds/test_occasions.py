"""An occasion's own time rules its messages: nothing goes out after it, whatever was approved before."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.delivery import freezing, planning_sends
from campaigns.planning import approval, drafting, fingerprint, running
from campaigns.planning.models import Campaign, Step
from kernel import clock, database
from kernel.errors import Refused
from tests.campaigns.conftest import Cast, make_clients

EVENT = {"place": "会客厅", "seats": 3, "reply_by": None}
LIVE = {"anchor_userid": "chen", "minutes": 60}
KINDS = pytest.mark.parametrize(("code", "details"), [("event_invitation", EVENT), ("livestream", LIVE)])


async def occasion(cast: Cast, code: str, begins: datetime, details: dict[str, Any], **changes: Any) -> Campaign:
    """An approved campaign whose event or livestream begins at that moment."""
    campaign = await drafting.create(code, "一场活动", cast.li, control_percent=0)
    draft = dataclasses.replace(
        await drafting.read(campaign),
        control_percent=0,
        details={**details, "starts_at": begins.isoformat()},
        **changes,
    )
    await drafting.save(campaign.id, draft, cast.li, campaign.version)
    await approval.submit(campaign.id, cast.li)
    campaign = await Campaign.get(id=campaign.id)
    return await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))


async def expiries(campaign: Campaign) -> dict[str, datetime]:
    rows = await database.fetch("SELECT step, max(expires_at) AS at FROM send WHERE campaign_id = $1 GROUP BY 1",
                                campaign.id)  # fmt: skip
    return {row["step"]: row["at"] for row in rows}


async def test_an_invitation_and_a_reminder_are_void_once_the_event_has_begun(cast: Cast) -> None:
    await make_clients(cast, 2)
    begins = clock.now() + timedelta(hours=1)
    campaign = await occasion(cast, "event_invitation", begins, EVENT)
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    await database.execute("UPDATE invitation SET state = 'accepted'")
    for step_id in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step_id)
    assert await expiries(campaign) == {"main": begins, "reminder": begins}


async def test_an_invitation_to_a_livestream_is_void_when_it_is_over_and_its_reminder_when_it_begins(
    cast: Cast,
) -> None:
    await make_clients(cast, 2)
    begins = clock.now() + timedelta(minutes=3)
    campaign = await occasion(cast, "livestream", begins, LIVE)
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    await database.execute("UPDATE live_guest SET reserved_at = now()")
    for step_id in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step_id)
    assert await expiries(campaign) == {"main": begins + timedelta(minutes=60), "reminder": begins}


async def test_a_reminder_planned_after_the_start_is_missed(cast: Cast) -> None:
    await make_clients(cast, 2)
    begins = clock.now() + timedelta(hours=1)
    campaign = await occasion(cast, "event_invitation", begins, EVENT)
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    with clock.frozen(begins + timedelta(minutes=1)):
        for step_id in await planning_sends.due_steps(campaign.id):
            await planning_sends.plan_step(step_id)
    states = {step.code: step.state for step in await Step.filter(campaign_id=campaign.id)}
    assert (states["main"], states["reminder"]) == ("missed", "missed")
    assert await expiries(campaign) == {}


@KINDS
async def test_what_was_approved_days_ago_is_not_started_by_hand_when_its_occasion_has_begun(
    cast: Cast, code: str, details: dict[str, Any]
) -> None:
    await make_clients(cast, 2)
    begins = clock.now() + timedelta(hours=5)
    campaign = await occasion(cast, code, begins, details)
    with clock.frozen(begins + timedelta(minutes=1)), pytest.raises(Refused, match="已不能开始"):
        await running.start(campaign.id, cast.li)
    assert (await Campaign.get(id=campaign.id)).state == "approved"


async def test_a_held_invitation_is_not_released_after_its_event(cast: Cast) -> None:
    await make_clients(cast, 2)
    starts_at, begins = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=5)
    campaign = await occasion(cast, "event_invitation", begins, EVENT, starts_at=starts_at, late_minutes=30)
    with clock.frozen(begins + timedelta(minutes=1)):
        assert await running.start_if_due(campaign.id) is False
        assert (await Campaign.get(id=campaign.id)).state == "held"
        with pytest.raises(Refused, match="已不能开始"):
            await running.release(campaign.id, cast.wang)


@pytest.mark.parametrize(
    ("code", "details", "change"),
    [("event_invitation", EVENT, {"place": "二楼"}), ("event_invitation", EVENT, {"seats": 9}),
     ("livestream", LIVE, {"anchor_userid": "li"})],
)  # fmt: skip
async def test_another_place_number_of_seats_or_anchor_voids_the_approval(
    cast: Cast, code: str, details: dict[str, Any], change: dict[str, Any]
) -> None:
    await make_clients(cast, 2)
    campaign = await occasion(cast, code, clock.now() + timedelta(hours=5), details)
    draft = await drafting.read(campaign)
    edited = await drafting.save(
        campaign.id, dataclasses.replace(draft, details={**draft.details, **change}), cast.li, campaign.version
    )
    assert (edited.state, edited.approved_hash) == ("draft", "")
    with pytest.raises(Refused):
        await running.start(campaign.id, cast.li)
