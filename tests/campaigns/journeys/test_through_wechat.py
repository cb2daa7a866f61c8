"""A whole journey through a WeChat that behaves like WeChat: its own counters say who was reached, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.journeys import running
from campaigns.journeys.models import Journey
from community.clients import consent, timeline
from community.sending import dispatching
from kernel import clock
from tests.campaigns.journeys.conftest import Cast, approved, count, go, rules, step
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage, states

pytestmark = [pytest.mark.usefixtures("awake"), pytest.mark.prove]
HELLO = step("send", "s1", channel="oa_service", text="您好，欢迎关注。")
THANKS = step("send", "s3", channel="oa_service", text="谢谢您的回复。")
ASK = step("send", "s4", channel="oa_service", text="方便时请告诉我您关心什么。")
WAIT = step("wait_for", "s2", event="message.received", days=3, ways={"yes": [THANKS], "no": [ASK]})
TALK = rules(HELLO, WAIT, event="fan.followed")
STREAMS = "SELECT stream_id FROM journey_version WHERE journey_id = $1 AND number = 1"


async def _round(journey: Journey) -> None:
    await go(journey)
    stream_id = await count(STREAMS, journey.id)
    while await dispatching.dispatch(lane="campaigns", stream_id=stream_id):
        pass


async def test_everybody_hears_the_greeting_once_and_then_what_their_answer_calls_for(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(30)
    clients = list(followers.values())
    journey = await approved(cast, TALK)
    await timeline.record_many(clients, "fan.followed")
    await _round(journey)
    await _round(journey)
    assert await stage.reached() == dict.fromkeys(followers, 1)
    await timeline.record_many(clients[:12], "message.received")
    await consent.withdraw([clients[29]], source="message")
    await _round(journey)
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        await _round(journey)
    reached = await stage.reached()
    assert {followers[who] for who, times in reached.items() if times == 2} == set(clients[:12])
    # whoever said no left the journey at once
    assert await count("SELECT count(*) FROM journey_entry WHERE end_reason = 'consent.withdrawn'") == 1


async def test_after_a_pause_was_acknowledged_nothing_more_goes_out(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(20)
    journey = await approved(cast, TALK)
    await timeline.record_many(list(followers.values()), "fan.followed")
    await go(journey)
    stream_id = await count(STREAMS, journey.id)
    await dispatching.dispatch(8, lane="campaigns", stream_id=stream_id)
    await running.pause(journey.id, "核对", cast.wang)
    assert await dispatching.dispatch(lane="campaigns", stream_id=stream_id) == 0
    assert len(await stage.reached()) == 8
    await running.resume(journey.id, cast.li)
    await _round(journey)
    assert await stage.reached() == dict.fromkeys(followers, 1)
    assert await states(stream_id) == {"delivered": 20}
