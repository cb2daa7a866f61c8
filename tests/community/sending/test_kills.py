"""Dispatchers killed by SIGKILL at every step, Redis flushed in between: everybody is reached exactly once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from community.sending import leases, reconciling, results
from community.sending.models import Send
from kernel import cache, clock, database
from staff.models import Staff
from tests.community.sending import child
from tests.community.sending.staging import Stage, states, stream_of
from tests.flows import havoc

POINTS = ("sending.after_claim", "sending.after_request", "sending.after_call", "sending.after_record")
Crash = Callable[[str, int], dict[str, str]]
pytestmark = pytest.mark.usefixtures("awake")


async def kill_at_every_point(stream_id: int, crash: Crash, times: int, limit: int = child.LIMIT) -> int:
    """Dispatchers that die, each at its point, until a last one finds nothing to do; returns how many were killed."""
    for point in POINTS:
        environment = crash(point, times)
        for _ in range(times):
            assert await child.dispatch(stream_id, environment, limit=limit) == -signal.SIGKILL, point
            await cache.redis_client().flushall()
            await leases_run_out()
            await reconciling.reconcile()
    assert await child.dispatch(stream_id, {}) == 0
    return len(POINTS) * times


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
    await jobs_are_killed(stage, crash, await stage.contacts(300, members=12 * times), times)


@pytest.mark.parametrize("times", TIMES)
async def test_a_campaign_one_by_one_survives_kills_and_leaves_the_unclear_to_a_person(
    stage: Stage, crash: Crash, times: int
) -> None:
    await single_ones_are_killed(stage, crash, await stage.followers(300 * times), times)


@pytest.mark.prove
@pytest.mark.timeout(4 * 3600)
async def test_ten_thousand_kills_lose_nothing_and_repeat_nothing(stage: Stage, crash: Crash) -> None:
    """So many as HUILIU_KILLS says (`havoc.wanted_kills`): 10,000, in the short form 40."""
    wanted, killed, rounds = havoc.wanted_kills(short=40), 0, 0
    times = 5 if wanted < 1000 else 15
    jobs, fans = await stage.contacts(16 * times, members=8 * times), await stage.followers(16 * times)
    while killed < wanted:
        killed += await jobs_are_killed(stage, crash, jobs, times)
        killed += await single_ones_are_killed(stage, crash, fans, times, limit=4)
        rounds += 1
        # the next round finds the same people without what this one used up of their limits, here and at WeChat
        await database.execute_script("DELETE FROM send; DELETE FROM group_task;")
        await database.execute("UPDATE fan SET window_left = 5, window_until = now() + interval '1 hour'")
        await stage.control.acts({"act": "fan.message", "openid": one, "text": "您好"} for one in fans)
    print(f"\nkills {killed}, rounds {rounds}, messages {rounds * (len(jobs) + len(fans)):,}: none lost, none twice")


async def jobs_are_killed(stage: Stage, crash: Crash, people: Mapping[str, tuple[int, str]], times: int) -> int:
    """One campaign of jobs under kills; WeCom's list says what became of each, and each person has it once."""
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    killed = await kill_at_every_point(stream_id, crash, times)
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
    assert await reached(stage, stream_id, kind="group_message") == dict.fromkeys(people, 1)
    assert await states(stream_id) == {"delivered": len(people)}
    return killed


async def single_ones_are_killed(
    stage: Stage, crash: Crash, people: Mapping[str, int], times: int, limit: int = child.LIMIT
) -> int:
    """One campaign of single messages under kills; a person settles what is unclear, and each person has it once."""
    stream_id = await stream_of(people, "oa_service")
    killed = await kill_at_every_point(stream_id, crash, times, limit)
    unclear = await reconciling.undecided(limit=10_000)
    assert 0 < len(unclear) <= 64 * times * len(POINTS)
    assert await states(stream_id) == {"unknown": len(unclear), "delivered": len(people) - len(unclear)}
    told = await reached(stage, stream_id)
    assert max(told.values()) == 1
    judge, _ = await Staff.get_or_create(login="judge", defaults={"name": "核对员", "role": "manager"})
    for send in unclear:
        # the person asks the client, here the sandbox's own count
        await reconciling.decide_unknown(send.id, repeat=send.recipient not in told, by=judge)
    assert await child.dispatch(stream_id, {}) == 0
    assert await reached(stage, stream_id) == dict.fromkeys(people, 1)
    assert await Send.filter(stream_id=stream_id, state="unknown").count() == 0
    return killed


async def reached(stage: Stage, stream_id: int, **filters: str) -> dict[str, int]:
    """The sandbox's own count of one campaign's messages by person."""
    return await stage.reached(text=f"第{stream_id}次活动邀请", **filters)
