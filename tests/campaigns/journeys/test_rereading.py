"""Words that were allowed when a journey was approved, and are forbidden when it comes to say them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from campaigns.content import rules as wording_rules
from campaigns.content import rules_changes
from campaigns.journeys.models import Journey, JourneyEntry, JourneyVersion
from community.clients import timeline
from community.sending import claiming, dispatching
from community.sending.models import Send, Stream
from kernel import clock
from staff import approvals
from tests.campaigns.journeys.conftest import Cast, approved, go, rules, step
from tests.community.sending.conftest import awake as awake

WORDS = {"family": "pressure", "words": "冲量特供", "replacement": "", "unless": "", "is_blocking": True}
TEXT = step("send", "s1", text="您好，冲量特供，欢迎来听。")


@pytest.fixture(autouse=True)
async def nothing_left(db: None) -> AsyncIterator[None]:
    yield
    wording_rules._standing[0] = ()


async def forbid(cast: Cast) -> None:
    asked = await rules_changes.propose("add", WORDS, clock.today(), "合规要求", cast.li)
    await approvals.approve(asked.id, asked.content_hash, cast.wang)


async def test_what_was_forbidden_since_is_not_planned_and_the_journey_says_why(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(TEXT))
    await forbid(cast)
    await timeline.record_many(clients[:3], "contact.added")
    await go(journey)
    assert await Send.all().count() == 0
    assert await JourneyEntry.filter(state="active").count() == 3
    journey = await Journey.get(id=journey.id)
    assert journey.state == "paused"
    assert "冲量特供" in journey.hold_reason


@pytest.mark.usefixtures("awake")
async def test_what_was_planned_before_is_not_said_any_more(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(TEXT, step("wait", "s2", days=1)))
    await timeline.record_many(clients[:3], "contact.added")
    await go(journey)
    await forbid(cast)
    version = await JourneyVersion.get(journey_id=journey.id)
    assert version.stream_id is not None
    claim = await claiming.claim("me", 10, channel="wecom_message", stream_id=version.stream_id)
    await dispatching.send_claimed("me", claim.rows)
    assert [(one.state, one.reason) for one in await Send.all()] == [("planned", "")] * 3
    assert not (await Stream.get(id=version.stream_id)).is_open
    assert (await Journey.get(id=journey.id)).state == "paused"
