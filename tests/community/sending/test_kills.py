"""Dispatchers killed by SIGKILL at every step, Redis flushed in between: everybody is reached exactly once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest

from community.sending import leases, reconciling, results
from community.sending.models import Send
from kernel import cache, clock, database
from staff.models import Staff
from tests.community.sending import child
from tests.community.sending.staging import Stage, states, stream_of

POINTS = ("sending.after_claim", "sending.after_request", "sending.after_call", "sending.after_record")
Crash = Callable[[str, int], dict[str, str]]
pytestmark = pytest.mark.usefixtures("awake")


async def kill_at_every_point(stream_id: int, crash: Crash, times: int) -> None:
    for point in POINTS:
        environment = crash(point, times)
        for _ in range(times):
            assert await child.dispatch(stream_id, environment) == -signal.SIGKILL, point
            await cache.redis_client().flushall()
            await leases_run_out()
            await reconciling.reconcile()
    assert await child.dispatch(stream_id, {}) == 0


async def leases_run_out() -> None:
    """As if the lease time had passed since the kill."""
    await database.execute(
        "UPDATE send SET lease_until = lease_until - $1::interval WHERE lease_until IS NOT NULL", leases.LEASE
    )
    await database.execute(
        "UPDATE group_task SET requested_at = requested_at - $1::interval WHERE state = 'requested'", leases.LEASE
    )


TIMES = (
    pytest.param(1, marks=pytest.mark.prove),
    pytest.param(5, marks=[pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(600)]),
)


@pytest.mark.parametrize("times", TIMES)
async def test_a_campaign_of_jobs_survives_kills_and_reaches_everybody_once(
    stage: Stage, crash: Crash, times: int
) -> None:
    people = await stage.contacts(300, members=12 * times)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    await kill_at_every_point(stream_id, crash, times)
    after_grace = clock.now() + reconciling.GRACE + leases.LEASE
    with clock.frozen(after_grace):
        # what the list of jobs proves not to have been made is planned again
        await reconciling.reconcile()
    assert await database.fetch_value("SELECT count(*) FROM group_task WHERE state IN ('unknown', 'requested')") == 0
    assert await child.dispatch(stream_id, {}) == 0
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        while await results.poll():
            pass
    assert await stage.reached(kind="group_message") == dict.fromkeys(people, 1)
    assert await states(stream_id) == {"delivered": len(people)}


@pytest.mark.parametrize("times", TIMES)
async def test_a_campaign_one_by_one_survives_kills_and_leaves_the_unclear_to_a_person(
    stage: Stage, crash: Crash, times: int
) -> None:
    people = await stage.followers(300 * times)
    stream_id = await stream_of(people, "oa_service")
    await kill_at_every_point(stream_id, crash, times)
    unclear = await reconciling.undecided(limit=10_000)
    assert 0 < len(unclear) <= 64 * times * len(POINTS)
    assert await states(stream_id) == {"unknown": len(unclear), "delivered": len(people) - len(unclear)}
    reached = await stage.reached()
    assert max(reached.values()) == 1
    judge = await Staff.create(login="judge", name="核对员", role="manager")
    for send in unclear:
        # the person asks the client, here the sandbox's own count
        await reconciling.decide_unknown(send.id, repeat=send.recipient not in reached, by=judge)
    assert await child.dispatch(stream_id, {}) == 0
    assert await stage.reached() == dict.fromkeys(people, 1)
    assert await Send.filter(stream_id=stream_id, state="unknown").count() == 0
