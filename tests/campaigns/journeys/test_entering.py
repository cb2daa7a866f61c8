"""Dates, segments and repeats: who is let in, how often, and what a stop of the system changes."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from campaigns.journeys import checking, drafting, running
from campaigns.journeys.models import JourneyEntry
from community.clients import merging, tagging, timeline
from community.sending.models import Send
from kernel import clock, database
from tests.campaigns.journeys.conftest import Cast, approved, count, go, rules, step, where

MARK = step("tag", "s1", tag="到过")
PAPERS = "INSERT INTO kyc (client_id, document_expires_on, as_of_at) SELECT unnest($1::bigint[]), $2, now()"


def at(day: date, hour: int = 12) -> object:
    """Noon of a day in Shanghai, or another hour."""
    return clock.frozen(clock.at_local(day, time(hour)))


async def test_papers_that_run_out_bring_a_client_in_on_the_day_and_once(cast: Cast, clients: list[int]) -> None:
    trigger = {"kind": "date", "fact": "document", "days_before": 30, "at": "09:30"}
    journey = await approved(cast, rules(MARK, trigger=trigger, reentry="each"))
    tomorrow = clock.today() + timedelta(days=1)
    await database.execute(PAPERS, clients[:3], tomorrow + timedelta(days=30))
    await database.execute(PAPERS, clients[3:6], tomorrow + timedelta(days=31))
    with at(tomorrow, 9):
        await go(journey)
        assert await where(journey) == {}
    with at(tomorrow):
        await go(journey)
        await go(journey)
        assert set(await where(journey)) == set(clients[:3])
    with at(tomorrow + timedelta(days=1)):
        await go(journey)
        assert set(await where(journey)) == set(clients[:6])


async def test_a_day_that_was_missed_is_made_up_for_unless_it_is_too_long_ago(cast: Cast, clients: list[int]) -> None:
    trigger = {"kind": "date", "fact": "document", "days_before": 0, "at": "09:30"}
    journey = await approved(cast, rules(MARK, trigger=trigger, reentry="each", fresh_hours=72))
    today = clock.today()
    for place, client_id in enumerate(clients[:6]):
        await database.execute(PAPERS, [client_id], today + timedelta(days=place + 1))
    with at(today + timedelta(days=6)):
        await go(journey)
    assert set(await where(journey)) == set(clients[3:6])


async def test_whoever_meets_the_conditions_is_let_in_each_day_but_only_once(cast: Cast, clients: list[int]) -> None:
    wanted = {"field": "tag", "op": "has", "value": ["沉睡"]}
    journey = await approved(cast, rules(MARK, trigger={"kind": "segment", "at": "09:00"}, conditions=wanted))
    await tagging.add(clients[:2], "沉睡")
    tomorrow = clock.today() + timedelta(days=1)
    with at(tomorrow):
        await go(journey)
    await tagging.add(clients[2:3], "沉睡")
    with at(tomorrow + timedelta(days=1)):
        await go(journey)
        await go(journey)
    assert set(await where(journey)) == set(clients[:3])
    assert await count("SELECT count(*) FROM journey_entry") == 3


async def test_again_only_after_the_days_that_were_said(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(MARK, reentry="after", reentry_days=30))
    for days in (0, 10, 31):
        with clock.frozen(clock.now() + timedelta(days=days)):
            await timeline.record(clients[0], "contact.added")
            await go(journey)
    assert await JourneyEntry.filter(client_id=clients[0]).count() == 2


@pytest.mark.parametrize("gift", [step("points", "s2"), step("benefit", "s2", benefit=1)], ids=lambda one: one["kind"])
async def test_what_a_client_can_do_again_and_again_is_not_paid_each_time(cast: Cast, gift: dict[str, Any]) -> None:
    fork = step("branch", "s1", ways={"no": [gift]})
    for reentry, is_stopped in (("each", True), ("after", False), ("once", False)):
        journey = await drafting.create("有礼", cast.li, rules(fork, event="link.clicked", reentry=reentry))
        found = {one.code for one in await checking.check(journey) if one.is_blocking}
        assert ("rules.reentry_gives" in found) is is_stopped


async def test_what_happened_long_before_the_system_came_back_is_left(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(MARK, fresh_hours=24))
    await running.pause(journey.id, "停机", cast.wang)
    await timeline.record(clients[0], "contact.added", at=clock.now() - timedelta(hours=30))
    await timeline.record(clients[1], "contact.added")
    await running.resume(journey.id, cast.li)
    await go(journey)
    assert set(await where(journey)) == {clients[1]}


async def test_nobody_enters_a_closed_journey_and_those_inside_go_on(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("wait", "s1", days=1), step("tag", "s2", tag="到过")))
    await timeline.record(clients[0], "contact.added")
    await go(journey)
    await running.close(journey.id, cast.wang)
    await timeline.record(clients[1], "contact.added")
    with clock.frozen(clock.now() + timedelta(days=6)):
        await go(journey)
    assert await where(journey) == {clients[0]: ("finished", "s2")}


async def test_two_clients_who_are_one_go_on_once(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("wait", "s1", days=1), step("tag", "s2", tag="到过")))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    await merging.merge(clients[0], clients[1])
    assert await JourneyEntry.filter(state="active", client_id=clients[0]).count() == 1
    assert await JourneyEntry.filter(state="merged").count() == 1


async def test_whoever_was_drawn_into_the_control_arm_under_another_name_hears_nothing(
    cast: Cast, clients: list[int]
) -> None:
    draw = step("split", "s1", shares={"a": 50, "b": 0, "control": 50})
    journey = await approved(cast, rules(draw, step("send", "s2", text="您好"), step("wait", "s3", days=3)))
    await timeline.record_many(clients, "contact.added")
    await go(journey)
    entries = {one.client_id: one for one in await JourneyEntry.filter(journey_id=journey.id)}
    arms = {client_id: one.arm for client_id, one in entries.items()}
    treated = [client_id for client_id in clients if arms[client_id] == "treated"]
    control = [client_id for client_id in clients if arms[client_id] == "control"]
    await Send.filter(client_id=treated[1]).update(state="leased", lease_owner="x", lease_until=clock.now())
    await Send.filter(client_id=treated[2]).update(state="accepted")
    for place in range(3):
        # whichever of the two stays
        pair = (treated[place], control[place])
        await merging.merge(*(pair if place else reversed(pair)))
    told = {one.key: (one.state, one.reason) for one in await Send.all()}
    sent = [told[f"journey:{journey.id}:1:{entries[one].id}:s2"] for one in treated[:3]]
    assert sorted(sent) == [("accepted", ""), ("skipped", "control_arm"), ("skipped", "control_arm")]
    kept = {control[0], *treated[1:3]}
    assert await JourneyEntry.filter(client_id__in=kept, state="active").count() == 0
    assert await JourneyEntry.filter(client_id__in=treated[3:], state="active").count() == len(treated) - 3


async def test_of_two_entries_of_one_person_the_younger_sends_nothing(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("send", "s1", text="您好"), step("wait", "s2", days=3)))
    await timeline.record(clients[1], "contact.added")
    await go(journey)
    await timeline.record(clients[0], "contact.added")
    await go(journey)
    await merging.merge(clients[0], clients[1])
    told = [(one.state, one.reason) for one in await Send.all().order_by("id")]
    assert told == [("planned", ""), ("skipped", "duplicate_identity")]


async def test_clients_outside_the_authors_scope_stay_out(cast: Cast, clients: list[int]) -> None:
    cast.li.reach = "branch"
    cast.li.branch_id = None
    await cast.li.save()
    journey = await approved(cast, rules(MARK))
    await timeline.record_many(clients, "contact.added")
    await go(journey)
    assert await where(journey) == {}
