"""Clients enter by a fact, once, and pass each step once, in the order and at the time that was approved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.journeys import drafting, running, steadiness, writing
from campaigns.journeys.models import Journey, JourneyEntry, JourneyPassage, JourneyVersion
from community.clients import tagging, timeline
from community.sending import claiming, dispatching
from community.sending.models import Send, Stream
from kernel import clock, database
from kernel.errors import Refused
from tests.campaigns.journeys.conftest import Cast, approved, count, go, renewed, rules, step, where
from tests.community.sending.conftest import awake as awake

NEWS = step("send", "s1", text="您好，很高兴认识您。")
KEYS = "SELECT key FROM send ORDER BY key"


async def test_whom_the_event_happened_to_enters_once_and_is_sent_one_message(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(NEWS))
    await timeline.record_many(clients[:5], "contact.added")
    await timeline.record_many(clients[5:8], "fan.followed")
    await go(journey)
    await go(journey)
    assert await where(journey) == dict.fromkeys(clients[:5], ("finished", "s1"))
    entries = await JourneyEntry.filter(journey_id=journey.id)
    keys = {row["key"] for row in await database.fetch(KEYS)}
    assert keys == {f"journey:{journey.id}:1:{one.id}:s1" for one in entries}


async def test_what_happened_before_the_journey_began_brings_nobody_in(cast: Cast, clients: list[int]) -> None:
    await timeline.record_many(clients, "contact.added")
    journey = await approved(cast, rules(NEWS))
    await go(journey)
    assert await where(journey) == {}


async def test_a_fact_that_was_committed_late_still_counts(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(NEWS))
    # its number is given out before, and it becomes visible only after others with larger numbers were seen
    (early,) = await database.fetch("SELECT nextval('timeline_entry_id_seq') AS id")
    await timeline.record(clients[0], "contact.added")
    await go(journey)
    await database.execute(
        "INSERT INTO timeline_entry (id, client_id, kind, at, detail) VALUES ($1, $2, 'contact.added', $3, '{}')",
        early["id"],
        clients[1],
        clock.now(),
    )
    await go(journey)
    assert set(await where(journey)) == {clients[0], clients[1]}


async def test_a_wait_lets_nobody_through_early_and_everybody_when_it_is_over(cast: Cast, clients: list[int]) -> None:
    wait = step("wait", "s1", days=3, at="10:00", working=False)
    journey = await approved(cast, rules(wait, step("tag", "s2", tag="已欢迎")))
    await timeline.record_many(clients[:3], "contact.added")
    await go(journey)
    entry = await JourneyEntry.first()
    assert entry is not None
    assert clock.local(entry.due_at).strftime("%H:%M") == "10:00"
    assert clock.local(entry.due_at).date() == clock.today() + timedelta(days=3)
    with clock.frozen(entry.due_at - timedelta(seconds=1)):
        assert await go(journey) == 0
    with clock.frozen(entry.due_at):
        assert await go(journey) == 6
    assert await count("SELECT count(*) FROM client_tag") == 3


async def test_clients_go_the_way_that_their_data_says(cast: Cast, clients: list[int]) -> None:
    await tagging.add(clients[:4], "代发工资")
    payroll = {"field": "tag", "op": "has", "value": ["代发工资"]}
    ways = {"yes": [step("tag", "s2", tag="工资客群")], "no": [step("leave", "s3")]}
    fork = step("branch", "s1", by="conditions", conditions=payroll, ways=ways)
    journey = await approved(cast, rules(fork, step("tag", "s4", tag="走完")))
    await timeline.record_many(clients[:10], "contact.added")
    await go(journey)
    by_step = await database.fetch(
        "SELECT step, way, count(*)::int AS n FROM journey_passage GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [tuple(row.values()) for row in by_step] == [
        ("s1", "no", 6),
        ("s1", "yes", 4),
        ("s2", "", 4),
        ("s3", "", 6),
        ("s4", "", 4),
    ]


async def test_waiting_ends_with_the_event_or_with_the_deadline(cast: Cast, clients: list[int]) -> None:
    ways = {"yes": [step("tag", "s2", tag="已回复")], "no": [step("tag", "s3", tag="未回复")]}
    journey = await approved(cast, rules(step("wait_for", "s1", event="message.received", days=7, ways=ways)))
    await timeline.record_many(clients[:4], "contact.added")
    await go(journey)
    assert {found for found, _ in (await where(journey)).values()} == {"active"}
    await timeline.record(clients[0], "message.received")
    await go(journey)
    assert (await where(journey))[clients[0]] == ("finished", "s2")
    with clock.frozen(clock.now() + timedelta(days=9)):
        # too late to count, however long nobody looked
        await timeline.record(clients[1], "message.received")
        await go(journey)
    found = await where(journey)
    assert [found[client_id] for client_id in clients[1:4]] == [("finished", "s3")] * 3


async def test_a_control_group_is_drawn_and_nothing_is_done_to_it(cast: Cast, clients: list[int]) -> None:
    shares = {"a": 50, "b": 0, "control": 50}
    draw = step("split", "s1", shares=shares, ways={"a": [step("tag", "s2", tag="方案A")]})
    journey = await approved(cast, rules(draw, step("send", "s3", text="您好")))
    await timeline.record_many(clients, "contact.added")
    await go(journey)
    arms = {one.client_id: one.arm for one in await JourneyEntry.filter(journey_id=journey.id)}
    assert set(arms.values()) == {"treated", "control"}
    sent = {one.client_id for one in await Send.all()}
    assert sent == {client_id for client_id, arm in arms.items() if arm == "treated"}
    assert await count("SELECT count(*) FROM client_tag") == len(sent)


@pytest.mark.parametrize(("what", "reason"), [("contact.lost", "journey_left"), ("risk.assessed", "goal_reached")])
async def test_whoever_leaves_or_reached_the_goal_gets_nothing_that_was_still_planned(
    cast: Cast, clients: list[int], what: str, reason: str
) -> None:
    goal = {"event": "risk.assessed", "days": 30, "ends": True}
    journey = await approved(cast, rules(NEWS, step("wait", "s2", days=3), exits=["contact.lost"], goal=goal))
    await timeline.record_many(clients[:4], "contact.added")
    await go(journey)
    await Send.filter(client_id=clients[1]).update(state="leased", lease_owner="x", lease_until=clock.now())
    await Send.filter(client_id=clients[2]).update(state="accepted")
    await timeline.record_many(clients[:3], what)
    await go(journey)
    told = [(one.state, one.reason) for one in await Send.all().order_by("client_id")]
    assert told == [("skipped", reason), ("skipped", reason), ("accepted", ""), ("planned", "")]
    # goal or exit later on changes nothing of what was ended before
    assert await JourneyEntry.filter(state="active").count() == 1


async def test_an_exit_rule_ends_the_journey_before_the_next_step(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("wait", "s1", days=1), NEWS | {"code": "s2"}, exits=["contact.lost"]))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    await timeline.record(clients[0], "contact.lost")
    with clock.frozen(clock.now() + timedelta(days=6)):
        await go(journey)
    found = await where(journey)
    assert (found[clients[0]], found[clients[1]]) == (("left", "s1"), ("finished", "s2"))
    assert [one.client_id for one in await Send.all()] == [clients[1]]


async def test_who_reaches_the_goal_is_done_and_counts(cast: Cast, clients: list[int]) -> None:
    goal = {"event": "event.accepted", "days": 5, "ends": True}
    journey = await approved(cast, rules(step("wait", "s1", days=3), NEWS | {"code": "s2"}, goal=goal))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    await timeline.record(clients[0], "event.accepted")
    await go(journey)
    assert (await where(journey))[clients[0]] == ("goal", "s1")
    assert await JourneyEntry.filter(goal_at__isnull=False).count() == 1


async def test_members_get_no_more_in_a_day_than_they_can_do(cast: Cast, clients: list[int]) -> None:
    call = step("task", "s1", title="电话回访", days=2)
    journey = await approved(cast, rules(call, staff_per_day=6))
    await timeline.record_many(clients[:10], "contact.added")
    monday = clock.at_local(clock.local(clock.now()).date(), clock.local(clock.now()).time())
    with clock.frozen(monday):
        await go(journey)
        assert await count("SELECT count(*) FROM staff_task") == 6
        await go(journey)
        assert await count("SELECT count(*) FROM staff_task") == 6
    later = await JourneyEntry.filter(state="active").first()
    assert later is not None
    with clock.frozen(later.due_at):
        await go(journey)
    assert await count("SELECT count(DISTINCT client_id) FROM staff_task") == 10


async def test_a_new_version_takes_new_entrants_only(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("wait", "s1", days=1), step("tag", "s2", tag="旧")))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    await drafting.save(
        journey.id,
        journey.name,
        rules(step("wait", "s1", days=1), step("tag", "s2", tag="新")),
        cast.li,
        journey.version,
    )
    # an edit alone changes nothing of what runs
    assert [one.number for one in await JourneyVersion.filter(approved_at__isnull=False)] == [1]
    journey = await renewed(cast, journey)
    await timeline.record_many(clients[2:4], "contact.added")
    await go(journey)
    with clock.frozen(clock.now() + timedelta(days=6)):
        await go(journey)
    rows = await database.fetch("SELECT client_id, name FROM client_tag JOIN tag ON tag.id = tag_id ORDER BY client_id")
    assert [(row["client_id"], row["name"]) for row in rows] == [
        (clients[0], "旧"),
        (clients[1], "旧"),
        (clients[2], "新"),
        (clients[3], "新"),
    ]


async def test_a_paused_journey_stands_still_and_goes_on_without_losing_anybody(cast: Cast, clients: list[int]) -> None:
    journey = await approved(
        cast, rules(step("wait", "s1", days=0, hours=1, at="", working=False), NEWS | {"code": "s2"})
    )
    await timeline.record_many(clients[:3], "contact.added")
    await go(journey)
    await running.pause(journey.id, "核对内容", cast.wang)
    await timeline.record_many(clients[3:5], "contact.added")
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert await go(journey) == 0
        await running.resume(journey.id, cast.li)
        await go(journey)
        assert len(await where(journey)) == 5
        assert await Send.all().count() == 3


@pytest.mark.usefixtures("awake")
async def test_an_altered_version_stops_its_journey_and_what_was_claimed_is_planned_again(
    cast: Cast, clients: list[int]
) -> None:
    journey = await approved(cast, rules(NEWS, step("wait", "s2", days=1)))
    await timeline.record_many(clients[:3], "contact.added")
    await go(journey)
    version = await JourneyVersion.get(journey_id=journey.id)
    version.contents = version.contents | {"name": "另一条"}
    await version.save()
    assert version.stream_id is not None
    claim = await claiming.claim("me", 10, channel="wecom_message", stream_id=version.stream_id)
    assert len(claim.rows) == 3
    await dispatching.send_claimed("me", claim.rows)
    assert {(one.state, one.reason, one.lease_owner) for one in await Send.all()} == {("planned", "", "")}
    journey = await Journey.get(id=journey.id)
    assert (journey.state, journey.hold_reason) == ("paused", steadiness.ALTERED)
    assert not (await Stream.get(id=version.stream_id)).is_open
    # one that is over stays over
    await running.end(journey.id, "内容有误", cast.wang)
    assert not await writing.render(claim.rows)
    assert (await Journey.get(id=journey.id)).state == "ended"


async def test_an_ended_journey_skips_what_was_not_sent(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(NEWS, step("wait", "s2", days=1)))
    await timeline.record_many(clients[:3], "contact.added")
    await go(journey)
    await running.end(journey.id, "活动取消", cast.wang)
    assert {one.state for one in await Send.all()} == {"skipped"}
    assert {found for found, _ in (await where(journey)).values()} == {"stopped"}
    with pytest.raises(Refused):
        await running.resume(journey.id, cast.li)


async def test_an_altered_version_stops_its_journey(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(NEWS))
    await database.execute("UPDATE journey_version SET contents = jsonb_set(contents, '{name}', '\"改\"')")
    await timeline.record(clients[0], "contact.added")
    await go(journey)
    assert await Send.all().count() == 0
    assert await JourneyPassage.all().count() == 0
    assert await count("SELECT count(*) FROM journey WHERE state = 'paused'") == 1
