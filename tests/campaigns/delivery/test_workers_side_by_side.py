"""Two clocks and four workers, and workers that die while planning: each person is planned and reached once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import pytest

from campaigns.delivery import freezing, planning_sends
from campaigns.planning import running
from community.sending import dispatching
from community.sending.models import Send
from kernel import database
from tests.campaigns.conftest import Cast, approved
from tests.community.sending import child
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage
from tests.flows import havoc

pytestmark = [pytest.mark.usefixtures("awake"), pytest.mark.prove, pytest.mark.timeout(600)]
PEOPLE = 200 if havoc.IS_SHORT else 5_000
WORKERS, CLOCKS = 4, 2
WHOLE = f"{__name__}:work"
BEGIN = f"{__name__}:begin"


async def begin(campaign_id: int) -> None:
    """What a worker does when a clock wakes it for a campaign: start, freeze, plan."""
    await running.start_if_due(campaign_id)
    await freezing.freeze(campaign_id)
    for step_id in await planning_sends.due_steps(campaign_id):
        await planning_sends.plan_step(step_id)


async def work(campaign_id: int) -> None:
    """The same, and then send what is due; woken by each of the clocks."""
    for _ in range(CLOCKS):
        await begin(campaign_id)
        while await dispatching.dispatch(50, lane="campaigns"):
            pass


async def test_two_clocks_and_four_workers_send_nothing_twice(cast: Cast, stage: Stage) -> None:
    people = await stage.followers(PEOPLE)
    campaign = await approved(cast, channel="oa_service")
    await running.start(campaign.id, cast.li)
    codes = await asyncio.gather(*(child.run(WHOLE, {}, campaign.id) for _ in range(WORKERS)))
    assert codes == [0] * WORKERS
    assert await stage.reached() == dict.fromkeys(people, 1)
    assert await Send.filter(campaign_id=campaign.id).count() == PEOPLE
    assert await database.fetch_value("SELECT count(*) FROM delivery WHERE campaign_id = $1", campaign.id) == PEOPLE


@pytest.mark.parametrize("point", ["freezing.before_commit", "planning.before_commit"])
async def test_workers_killed_while_they_plan_leave_nothing_and_the_next_one_plans_all(
    cast: Cast, stage: Stage, crash: Callable[[str, int], dict[str, str]], point: str
) -> None:
    kills = 3
    people = await stage.followers(50)
    campaign = await approved(cast, channel="oa_service")
    await running.start(campaign.id, cast.li)
    environment = crash(point, kills)
    for _ in range(kills):
        assert await child.run(BEGIN, environment, campaign.id) == -signal.SIGKILL
        assert await Send.filter(campaign_id=campaign.id).count() == 0
    assert await child.run(BEGIN, environment, campaign.id) == 0
    assert await child.run(WHOLE, {}, campaign.id) == 0
    assert await stage.reached() == dict.fromkeys(people, 1)
