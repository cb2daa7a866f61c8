"""What was stopped is not sent: pauses, cancelled streams, consent withdrawn at the last moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from community.clients import consent
from community.privacy import erasures, requests
from community.privacy.models import PrivacyRequest
from community.sending import (
    cancelling,
    claiming,
    dispatching,
    leases,
    streams,
    tasks,
)
from community.sending.models import Send
from kernel import clock, database
from kernel.errors import Refused
from tests.community.sending.staging import Stage, drain, states, stream_of
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("awake")


async def test_a_pause_between_claim_and_call_stops_what_was_claimed(stage: Stage) -> None:
    people = await stage.followers(30)
    stream_id = await stream_of(people, "oa_service")
    owner = leases.new_owner()
    claim = await claiming.claim(owner, 30, channel="oa_service", stream_id=stream_id)
    assert len(claim.rows) == 30
    await streams.close_stream(stream_id, "内容有误")
    await dispatching.send_claimed(owner, claim.rows)
    assert await stage.reached() == {}
    assert await states(stream_id) == {"planned": 30}
    assert await database.fetch_value("SELECT min(window_left) FROM fan") == 5
    await streams.reopen_stream(stream_id)
    await dispatching.send_claimed(owner, claim.rows)
    assert await stage.reached() == {}, "an older lease sends nothing after a reopening either"
    await drain(stream_id)
    assert await stage.reached() == dict.fromkeys(people, 1)


async def test_nothing_is_called_after_a_pause_has_been_acknowledged(stage: Stage) -> None:
    people = await stage.followers(300)
    stream_id = await stream_of(people, "oa_service")
    work = asyncio.create_task(drain(stream_id))
    await until(lambda: stage.reached(), every=0.005)
    await streams.close_stream(stream_id, "暂停")
    on_the_way = await Send.filter(stream_id=stream_id, state__in=("requested", "delivered")).count()
    await work
    assert len(await stage.reached()) == on_the_way
    assert on_the_way < 300


async def test_a_cancelled_stream_ends_its_sends_and_its_unconfirmed_jobs(stage: Stage) -> None:

    people = await stage.contacts(4, members=2)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    await dispatching.dispatch(lane="campaigns", stream_id=stream_id)
    assert await states(stream_id) == {"accepted": 2, "planned": 2}
    assert await streams.cancel_stream(stream_id) == 2
    assert await cancelling.cancel_jobs() == 1
    assert await cancelling.cancel_jobs() == 0
    assert await states(stream_id) == {"skipped": 4}
    await stage.control.act("member.confirm_groupmsg")
    assert await stage.reached(kind="group_message") == {}
    with pytest.raises(Refused, match="已取消"):
        await streams.reopen_stream(stream_id)


async def test_a_job_out_of_date_can_not_be_confirmed_any_more(stage: Stage) -> None:
    people = await stage.contacts(4)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    begins = clock.now() + timedelta(minutes=5)
    await database.execute("UPDATE send SET expires_at = $1", begins)
    await drain(stream_id)
    assert await cancelling.cancel_jobs() == 0
    with clock.frozen(begins):
        await tasks.reconcile.now()
    assert {(send.state, send.reason) for send in await Send.all()} == {("failed", "expired")}
    await stage.control.act("member.confirm_groupmsg")
    assert await stage.reached(kind="group_message") == {}


async def test_a_consent_withdrawn_between_claim_and_call_is_respected(stage: Stage) -> None:
    people = await stage.followers(4)
    stream_id = await stream_of(people, "oa_service")
    owner = leases.new_owner()
    claim = await claiming.claim(owner, 10, channel="oa_service", stream_id=stream_id)
    shy = next(iter(people))
    await consent.withdraw([people[shy]], "message")
    await dispatching.send_claimed(owner, claim.rows)
    await drain(stream_id)
    assert await stage.reached() == {who: 1 for who in people if who != shy}
    assert (await Send.get(recipient=shy)).reason == "opted_out"


async def test_what_comes_back_to_a_cancelled_stream_is_skipped(stage: Stage) -> None:
    people = await stage.followers(4)
    stream_id = await stream_of(people, "oa_service")
    owner = leases.new_owner()
    claim = await claiming.claim(owner, 10, channel="oa_service", stream_id=stream_id)
    await database.execute("UPDATE stream SET is_open = false, epoch = epoch + 1, cancelled_at = now()")
    await dispatching.send_claimed(owner, claim.rows)
    assert await states(stream_id) == {"planned": 4}
    await tasks.reconcile.now()
    assert await states(stream_id) == {"skipped": 4}
    assert await stage.reached() == {}


async def _job_to_each(stage: Stage, count: int) -> tuple[list[int], list[int]]:
    """Personal texts: one unconfirmed job per client; (clients, streams)."""
    people = await stage.contacts(count)
    clients, made = [], []
    for external_id, (client_id, userid) in people.items():
        sender = {external_id: userid}
        made.append(await stream_of({external_id: client_id}, "wecom_message", sender_of=sender))
        clients.append(client_id)
        await drain(made[-1])
    return clients, made


async def test_what_no_member_has_confirmed_is_taken_back_from_a_client_who_says_no(stage: Stage) -> None:
    clients, made = await _job_to_each(stage, 5)
    out, channel, other_channel, erased, stays = clients
    await consent.withdraw([out], "message")
    await consent.withdraw([channel], "preferences_page", channel="wecom_message")
    await consent.withdraw([other_channel], "preferences_page", channel="oa_service")
    asked = await requests.ask(erased, "erase", "portal")
    await PrivacyRequest.filter(id=asked.id).update(state="approved")
    await erasures.erase_now([asked.id])
    assert await cancelling.take_back() == 3
    assert await cancelling.take_back() == 0
    await stage.control.act("member.confirm_groupmsg")
    assert sum((await stage.reached()).values()) == 2
    ended = [(one.state, one.reason) for one in await Send.filter(stream_id__in=made).order_by("client_id")]
    assert ended == [
        ("skipped", "opted_out"),
        ("skipped", "opted_out"),
        ("accepted", ""),
        ("failed", "erased"),
        ("accepted", ""),
    ]
    assert await Send.filter(client_id__in=[other_channel, stays], counted_on=None).count() == 0


async def test_a_job_of_many_goes_on_when_one_of_them_says_no(stage: Stage) -> None:
    people = await stage.contacts(2)
    senders = {one: userid for one, (_, userid) in people.items()}
    stream_id = await stream_of({one: who for one, (who, _) in people.items()}, "wecom_message", sender_of=senders)
    await drain(stream_id)
    await consent.withdraw([next(iter(people.values()))[0]], "message")
    assert await cancelling.take_back() == 0
    assert await states(stream_id) == {"accepted": 2}
