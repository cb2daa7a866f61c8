"""Mass sends and posts whose answers were lost: repeated only as they may go out, adopted only when they are ours."""

from __future__ import annotations

import dataclasses
from datetime import time, timedelta

import pytest

from community.clients import consent
from community.sending import dispatching, holding, policies, post_results, reconciling, results
from community.sending.models import Send
from kernel import clock, database, settings
from tests.community.sending.conftest import NEVER_QUIET
from tests.community.sending.staging import Stage, drain, states, stream_of
from tests.waiting import until
from wechat import doors

pytestmark = pytest.mark.usefixtures("awake")


async def _lost(stage: Stage, how: str, count: int = 4) -> tuple[dict[str, int], int]:
    people = await stage.followers(count)
    stream_id = await stream_of(people, "oa_mass")
    await stage.control.faults({"path": "*/message/mass/send", "kind": how, "times": 1})
    await dispatching.dispatch(lane="campaigns", stream_id=stream_id)
    assert await states(stream_id) == {"unknown": count}
    await stage.control.clear_faults()
    await stage.control.clock(advance=90)
    return people, stream_id


async def test_whoever_said_no_meanwhile_is_left_out_of_what_is_made_only_now(stage: Stage) -> None:
    people, stream_id = await _lost(stage, "reset")
    gone = next(iter(people))
    await consent.withdraw([people[gone]], "preferences_page")
    assert await reconciling.reconcile() == 1
    assert await states(stream_id) == {"accepted": 3, "planned": 1}
    await drain(stream_id)
    left_out = await Send.get(state="skipped")
    assert (left_out.client_id, left_out.reason, left_out.counted_on) == (people[gone], "opted_out", None)
    await until(lambda: stage.reached(kind="mass"))
    assert await stage.reached(kind="mass") == dict.fromkeys(set(people) - {gone}, 1)


async def test_what_had_gone_out_before_the_no_stays_on_record_as_sent(stage: Stage) -> None:
    people, stream_id = await _lost(stage, "accept_then_reset")
    await consent.withdraw([people[next(iter(people))]], "preferences_page")
    await reconciling.reconcile()
    assert await states(stream_id) == {"accepted": 4}


async def test_quiet_hours_and_a_held_channel_are_waited_out(stage: Stage) -> None:
    _, stream_id = await _lost(stage, "reset")
    await holding.hold("oa_mass", "平台限制", clock.now() + timedelta(minutes=10))
    assert await reconciling.reconcile() == 0
    await holding.release("oa_mass")
    now = clock.local(clock.now())
    since, till = now.time().replace(second=0, microsecond=0), time((now.hour + 2) % 24)
    await policies.save(clock.today(), dataclasses.replace(NEVER_QUIET, quiet_from=since, quiet_until=till))
    assert await reconciling.reconcile() == 0
    assert await states(stream_id) == {"unknown": 4}
    await policies.save(clock.today(), NEVER_QUIET)
    assert await reconciling.reconcile() == 1
    assert await states(stream_id) == {"accepted": 4}


async def test_a_post_to_other_members_is_not_taken_for_ours(stage: Stage) -> None:
    await stage.contacts(4, members=2)
    made = await doors.wecom(settings.get().wecom_corpid).create_moment("同一段文字", (), userids=["bulk0", "bulk1"])
    span = clock.now() - timedelta(minutes=5), clock.now() + timedelta(minutes=5)
    app = settings.get().wecom_corpid
    assert await post_results.find(app, "同一段文字", ["bulk0"], *span) is None
    found = await post_results.find(app, "同一段文字", ["bulk0", "bulk1", "bulk2"], *span)
    assert found is not None
    assert made


async def test_whoever_seemed_not_asked_and_has_posted_counts(stage: Stage) -> None:
    clients = {userid: client_id for client_id, userid in (await stage.contacts(4, members=2)).values()}
    stream_id = await stream_of(clients, "moments")
    await database.execute("UPDATE send SET client_id = NULL")
    await drain(stream_id)
    await database.execute("UPDATE send SET state = 'failed', reason = 'not_visible' WHERE recipient = 'bulk0'")
    await stage.control.act("member.publish_moment", userid="bulk0")
    await database.execute("UPDATE group_task SET next_poll_at = now() - interval '1 minute'")
    await results.poll()
    assert {send.recipient: (send.state, send.reason) for send in await Send.all()} == {
        "bulk0": ("delivered", ""),
        "bulk1": ("accepted", ""),
    }
