"""The emergency stop: nothing is called once it was pulled, nothing is lost, nothing is sent twice, two release it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from community.sending import claiming, dispatching, halting, leases, reminding, stops, streams
from community.sending.models import Send, Stop
from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff import approvals
from staff.models import AuditEntry, Staff
from tests.community.sending.staging import Stage, drain, states, stream_of
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("awake")


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    roles = {"wang": "reviewer", "admin": "administrator", "sun": "reviewer"}
    return {
        login: await Staff.create(login=login, name=login, role=role, reach="bank") for login, role in roles.items()
    }


async def _release(stop: Stop, asker: Staff, second: Staff) -> None:
    asked = await stops.ask_release(stop.id, asker)
    await approvals.approve(asked.id, asked.content_hash, second)


async def test_what_was_claimed_waits_again_and_goes_out_once_after_two_people_released_it(
    stage: Stage, people: dict[str, Staff]
) -> None:
    clients = await stage.followers(30)
    stream_id = await stream_of(clients, "oa_service")
    owner = leases.new_owner()
    claim = await claiming.claim(owner, 30, channel="oa_service", stream_id=stream_id)
    stop = await stops.pull("all", "内容有误", people["wang"])
    await dispatching.send_claimed(owner, claim.rows)
    assert await dispatching.dispatch(lane="campaigns", stream_id=stream_id) == 0
    assert (await stage.reached(), await states(stream_id)) == ({}, {"planned": 30})
    assert await database.fetch_value("SELECT min(window_left) FROM fan") == 5
    await _release(stop, people["wang"], people["admin"])
    await drain(stream_id)
    assert await stage.reached() == dict.fromkeys(clients, 1)
    kept = await AuditEntry.filter(subject="stop").order_by("id").values_list("action", flat=True)
    assert kept == ["stop.pulled", "stop.released"]


async def test_nobody_releases_a_stop_alone(stage: Stage, people: dict[str, Staff]) -> None:
    stop = await stops.pull("channel:oa_service", "投诉", people["wang"])
    asked = await stops.ask_release(stop.id, people["wang"])
    with pytest.raises(Forbidden):
        await approvals.approve(asked.id, asked.content_hash, people["wang"])
    assert await halting.is_stopped("oa_service", None)
    await approvals.approve(asked.id, asked.content_hash, people["sun"])
    assert await halting.is_stopped("oa_service", None) is None
    with pytest.raises(NotFound):
        await stops.ask_release(stop.id, people["wang"])


async def test_a_stopped_stream_or_channel_leaves_the_others_alone(stage: Stage, people: dict[str, Staff]) -> None:
    clients = await stage.followers(4)
    names = sorted(clients)
    first = await stream_of({name: clients[name] for name in names[:2]}, "oa_service")
    second = await stream_of({name: clients[name] for name in names[2:]}, "oa_service")
    await stops.pull(f"stream:{first}", "名单有误", people["wang"])
    assert await claiming.due_streams() == [second]
    await drain(first)
    await drain(second)
    assert sorted(await stage.reached()) == names[2:]
    await stops.pull("channel:oa_service", "渠道投诉", people["wang"])
    assert (await claiming.due_channels(first), await stops.waiting("channel:oa_service")) == ([], 2)
    assert await states(first) == {"planned": 2}


async def test_what_expires_meanwhile_is_skipped_with_its_reason(stage: Stage, people: dict[str, Staff]) -> None:
    clients = await stage.followers(2)
    stream_id = await stream_of(clients, "oa_service")
    await database.execute("UPDATE send SET expires_at = $1", clock.now() + timedelta(minutes=5))
    stop = await stops.pull("all", "演练", people["wang"])
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        await _release(stop, people["admin"], people["wang"])
        await drain(stream_id)
    assert {(send.state, send.reason) for send in await Send.all()} == {("skipped", "expired")}
    assert await stage.reached() == {}


async def test_a_stop_needs_a_reason_a_place_and_is_pulled_once(stage: Stage, people: dict[str, Staff]) -> None:
    with pytest.raises(Refused, match="原因"):
        await stops.pull("all", " ", people["wang"])
    for unknown in ("stream:99", "channel:fax", "everything"):
        with pytest.raises(NotFound):
            await stops.pull(unknown, "x", people["wang"])
    await stops.pull("all", "x", people["wang"])
    with pytest.raises(Refused, match="已经停发"):
        await stops.pull("all", "x", people["admin"])


async def test_members_are_not_reminded_while_everything_is_stopped_and_keep_their_turn(
    stage: Stage, people: dict[str, Staff]
) -> None:
    found = await stage.contacts(2)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in found.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in found.items()},
    )
    await drain(stream_id)
    stop = await stops.pull("all", "演练", people["wang"])
    assert await reminding.remind(stream_id) == 0
    await _release(stop, people["wang"], people["admin"])
    assert await reminding.remind(stream_id) == 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=[pytest.mark.prove, pytest.mark.long])])
async def test_no_call_begins_after_a_stop_was_pulled_however_it_races(
    stage: Stage, people: dict[str, Staff], rounds: int
) -> None:
    clients = await stage.followers(40, left=5)
    midway = 0
    for number in range(rounds):
        await database.execute("UPDATE send SET counted_on = NULL")  # or the daily cap would end the game
        await database.execute("UPDATE fan SET window_left = 5, window_until = $1", clock.now() + timedelta(hours=1))
        await stage.control.seed("bulk", fans=40, window=3600, allowance=5)
        before = sum((await stage.reached()).values())
        stream_id = await stream_of(clients, "oa_service")
        work = [asyncio.create_task(drain(stream_id)) for _ in range(2)]
        await asyncio.sleep(0.008 * (number % 24))
        what = ("all", "channel:oa_service", f"stream:{stream_id}")[number % 3]
        stop = await stops.pull(what, "演练", people["wang"])
        called = sum((await stage.reached()).values()) - before
        midway += 0 < called < 40
        await asyncio.gather(*work)
        await drain(stream_id)
        assert sum((await stage.reached()).values()) - before == called, (number, what)
        assert set(await states(stream_id)) <= {"planned", "delivered"}
        await _release(stop, people["wang"], people["admin"])
        await drain(stream_id)
        assert sum((await stage.reached()).values()) - before == 40, "nothing lost, nothing twice"
        await streams.close_stream(stream_id, "")
    assert midway or rounds < 100, "a race that nobody runs proves nothing"


async def test_a_stop_waits_for_the_call_that_has_begun(stage: Stage, people: dict[str, Staff]) -> None:
    clients = await stage.followers(100)
    stream_id = await stream_of(clients, "oa_service")
    work = asyncio.create_task(drain(stream_id))
    await until(lambda: stage.reached(), every=0.005)
    await stops.pull("all", "停", people["wang"])
    assert set(await states(stream_id)) <= {"planned", "delivered"}
    await work
