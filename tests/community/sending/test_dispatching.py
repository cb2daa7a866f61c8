"""Dispatch against the sandbox: who is reached, who is not and why, and what each answer of WeChat leads to."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, time, timedelta

import pytest

from community.sending import (
    holding,
    ledger,
    policies,
    results,
    tasks,
)
from community.sending.models import Send
from kernel import clock, database
from kernel.errors import Later
from tests.community.sending.staging import Stage, drain, states, stream_of
from tests.waiting import until
from wechat.shapes import Link

pytestmark = pytest.mark.usefixtures("awake")


async def service(stage: Stage, recipient: str, text: str = "您好", **more: object) -> Send:
    given = {"key": f"test:{recipient}", "purpose": "service", "channel": "oa_service", **more}
    return await ledger.plan(recipient=recipient, text=text, **given)  # type: ignore[arg-type]


async def test_a_planned_message_reaches_its_client_once_and_is_kept_sealed(stage: Stage) -> None:
    people = await stage.followers(1)
    (openid,) = people
    first = await service(stage, openid, "您的预约已确认", client_id=people[openid])
    again = await service(stage, openid, "别的内容")
    assert again.id == first.id
    await drain()
    send = await Send.get(id=first.id)
    assert (send.state, send.reason, send.attempts) == ("delivered", "", 1)
    assert send.body_sealed is not None
    assert "预约" not in bytes(send.body_sealed).decode("latin1")
    assert ledger.body_of(send) == "您的预约已确认"
    assert await stage.reached(text="您的预约已确认") == {openid: 1}


async def test_every_channel_that_sends_one_by_one_reaches_the_sandbox(stage: Stage) -> None:
    (openid,) = await stage.followers(1)
    await stage.contacts(1)
    await service(
        stage,
        openid,
        "权益到账\n请在会员中心查看",
        channel="oa_template",
        attachments=[Link("查看", "https://a.test/b")],
    )
    await service(stage, "bulk0", "新客户待跟进", channel="staff_message")
    await drain()
    assert await stage.reached(kind="staff") == {"bulk0": 1}
    await until(lambda: stage.reached(kind="template", text="权益到账"))
    notice = await Send.get(channel="oa_template")
    assert notice.state == "accepted"
    assert await results.receipt(notice.msgid, "delivered")
    assert not await results.receipt(notice.msgid, "delivered")
    assert await states() == {"delivered": 2}


async def test_a_welcome_goes_out_with_its_code_once_and_another_app_that_was_first_counts_as_done(
    stage: Stage,
) -> None:
    await stage.contacts(1)
    told = await stage.control.acts([{"act": "client.add", "userid": "bulk0", "name": name} for name in ("王", "李")])
    for one, code in zip(told, (told[0]["welcome_code"], "no-such-code"), strict=True):
        await service(stage, one["external_userid"], "欢迎您", channel="wecom_welcome", welcome_code=code)
    await service(stage, "wmNobody", "欢迎您", channel="wecom_welcome")
    await drain()
    first, second = (one["external_userid"] for one in told)
    rows = {send.recipient: (send.state, send.reason, send.welcome_code) for send in await Send.all()}
    assert rows[first] == ("delivered", "", "")
    assert rows[second] == ("failed", "welcome_late", "")
    assert rows["wmNobody"][:2] == ("skipped", "no_relation")
    assert await stage.reached(kind="welcome") == {first: 1}


async def test_a_job_reaches_the_clients_of_each_member_and_its_results_are_read_back(stage: Stage) -> None:
    people = await stage.contacts(12, members=3)
    gone = next(iter(people))
    await stage.control.act("member.delete_client", userid=people[gone][1], external_userid=gone)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    await drain(stream_id)
    assert await states(stream_id) == {"accepted": 11, "failed": 1}
    assert (await Send.get(recipient=gone)).reason == "not_a_contact"
    jobs = await database.fetch("SELECT sender_userid, recipients, state FROM group_task ORDER BY sender_userid")
    assert [(job["sender_userid"], job["recipients"]) for job in jobs] == [("bulk0", 4), ("bulk1", 4), ("bulk2", 4)]
    await stage.control.act("member.confirm_groupmsg", userid="bulk1")
    with clock.frozen(clock.now() + timedelta(seconds=30)):
        await results.poll()
    assert await states(stream_id) == {"accepted": 7, "delivered": 4, "failed": 1}
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + timedelta(seconds=90)):
        await results.poll()
        assert await results.poll() == 0
    assert await states(stream_id) == {"delivered": 11, "failed": 1}
    assert Counter((await stage.reached(kind="group_message")).values()) == Counter({1: 11})


async def test_what_the_gate_denies_is_skipped_with_its_reason(stage: Stage) -> None:
    people = await stage.followers(5)
    out, shy, gone, late, fine = people
    await database.execute("UPDATE client SET opted_out_at = now() WHERE id = $1", people[out])
    await database.execute("UPDATE client SET marketing_consent = false WHERE id = $1", people[shy])
    await database.execute("UPDATE fan SET subscribed = false WHERE openid = $1", gone)
    stream_id = await stream_of(people, "oa_service")
    await database.execute("UPDATE send SET expires_at = due_at WHERE recipient = $1", late)
    await drain(stream_id)
    rows = {send.recipient: send.reason for send in await Send.filter(state="skipped")}
    assert rows == {out: "opted_out", shy: "no_consent", gone: "no_relation", late: "expired"}
    assert await stage.reached() == {fine: 1}


async def test_quiet_hours_move_a_campaign_to_their_end_and_service_goes_out(stage: Stage) -> None:
    people = await stage.followers(2)
    one, two = people
    await policies.save(clock.today(), policies.Policy(9, 99, time(21, 30), time(8, 30)))
    night = datetime.combine(clock.today(), time(23, 0), clock.SHANGHAI)
    morning = night + timedelta(hours=9, minutes=30)
    await database.execute("UPDATE fan SET window_until = $1", morning + timedelta(days=1))
    stream_id = await stream_of({one: people[one]}, "oa_service")
    with clock.frozen(night):
        await service(stage, two)
        await drain(stream_id)
        await drain()
    waiting = await Send.get(stream_id=stream_id)
    assert (waiting.state, waiting.reason, waiting.due_at) == ("planned", "quiet_hours", morning)
    assert waiting.counted_on is None
    assert await stage.reached() == {two: 1}
    with clock.frozen(morning):
        await drain(stream_id)
    assert await stage.reached() == {one: 1, two: 1}


async def test_two_campaigns_that_want_the_last_slot_of_the_day_take_turns(stage: Stage) -> None:
    people = await stage.followers(40)
    await policies.save(clock.today(), policies.Policy(1, 99, time(0), time(0)))
    both = [await stream_of(people, "oa_service") for _ in range(2)]
    await asyncio.gather(*(drain(stream_id) for stream_id in both))
    assert await states() == {"delivered": 40, "skipped": 40}
    assert set((await stage.reached()).values()) == {1}
    assert {send.reason for send in await Send.filter(state="skipped")} == {"daily_cap"}


async def test_a_window_with_one_message_left_is_not_overdrawn_by_two(stage: Stage) -> None:
    people = await stage.followers(10, left=1)
    both = [await stream_of(people, "oa_service") for _ in range(2)]
    await asyncio.gather(*(drain(stream_id) for stream_id in both))
    assert await states() == {"delivered": 10, "skipped": 10}
    assert set((await stage.reached()).values()) == {1}


async def test_dispatchers_in_parallel_never_send_one_message_twice(stage: Stage) -> None:
    people = await stage.followers(200)
    stream_id = await stream_of(people, "oa_service")
    await asyncio.gather(*(drain(stream_id) for _ in range(4)))
    assert await stage.reached() == dict.fromkeys(people, 1)
    assert await states(stream_id) == {"delivered": 200}


async def test_an_exhausted_quota_rests_the_channel_and_burns_no_attempt(stage: Stage) -> None:
    people = await stage.followers(3)
    stream_id = await stream_of(people, "oa_service")
    await stage.control.faults({"path": "*custom/send", "kind": "errcode", "errcode": 45009, "times": 99})
    await drain(stream_id)
    assert [channel for channel, _app in await holding.active()] == ["oa_service"]
    rows = await Send.filter(stream_id=stream_id)
    assert {(send.state, send.attempts, send.counted_on) for send in rows} == {("planned", 0, None)}
    await stage.control.clear_faults()
    await holding.release("oa_service")
    await database.execute("UPDATE send SET due_at = $1", clock.now())
    await drain(stream_id)
    assert await stage.reached() == dict.fromkeys(people, 1)


async def test_a_busy_platform_is_tried_again_later_and_not_for_ever(stage: Stage) -> None:
    (openid,) = await stage.followers(1)
    await stage.control.faults({"path": "*custom/send", "kind": "errcode", "errcode": -1, "times": 99})
    send = await service(stage, openid)
    moment = clock.now()
    for _ in range(20):
        with clock.frozen(moment):
            await drain()
        send = await Send.get(id=send.id)
        if send.state != "planned":
            break
        assert send.due_at > moment
        moment = send.due_at
    assert (send.state, send.reason) == ("failed", "gave_up")
    assert await stage.reached() == {}


async def test_a_message_without_text_fails_and_says_so(stage: Stage) -> None:
    people = await stage.followers(1)
    stream_id = await stream_of(people, "oa_service")
    await database.execute("UPDATE send SET key = 'nobody-renders:1'")
    await drain(stream_id)
    send = await Send.get(stream_id=stream_id)
    assert (send.state, send.reason, send.counted_on) == ("failed", "no_text", None)


async def test_dispatch_works_without_redis(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import cache, settings

    people = await stage.followers(20)
    stream_id = await stream_of(people, "oa_service")
    await cache.close_redis()
    monkeypatch.setenv("HUILIU_REDIS_URL", "redis://127.0.0.1:9/0")
    settings.forget()
    await drain(stream_id)
    assert await stage.reached() == dict.fromkeys(people, 1)
    await cache.close_redis()


async def test_a_group_message_ends_for_the_groups_that_got_it_and_for_those_that_did_not(stage: Stage) -> None:
    seed = await stage.control.seed("small")
    await ledger.plan(
        key="group", purpose="service", channel="wecom_group", recipient=seed["groups"][0], text="周末沙龙",
        sender_userid="zhang.wei",
    )  # fmt: skip
    await ledger.plan(
        key="other", purpose="service", channel="wecom_group", recipient="wrNoSuchGroup", text="周末沙龙",
        sender_userid="zhang.wei",
    )  # fmt: skip
    await drain()
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + timedelta(minutes=15)):
        await results.poll()
    rows = {send.key: (send.state, send.reason) for send in await Send.all()}
    assert rows == {"group": ("delivered", ""), "other": ("failed", "not_a_contact")}
    assert await stage.reached(kind="group_chat")


async def test_the_clock_wakes_streams_and_sends_what_is_urgent_itself(stage: Stage) -> None:
    people = await stage.followers(3)
    one, two, three = people
    stream_id = await stream_of({one: people[one], two: people[two]}, "oa_service")
    await service(stage, three)
    await tasks.dispatch_due.now()
    await tasks.dispatch_due.now()
    assert await stage.reached() == {three: 1}
    await tasks.dispatch_stream.now(stream_id)
    await tasks.dispatch_stream.now(stream_id)
    await tasks.dispatch_urgent.now()
    assert await stage.reached() == dict.fromkeys(people, 1)


async def test_an_early_receipt_is_asked_for_again(stage: Stage) -> None:
    (openid,) = await stage.followers(1)
    send = await service(stage, openid, "通知\n内容", channel="oa_template")
    await database.execute("UPDATE send SET state = 'leased' WHERE id = $1", send.id)
    await database.execute("UPDATE send SET state = 'requested' WHERE id = $1", send.id)
    with pytest.raises(Later):
        await results.receipt("123", "delivered")
    await database.execute("UPDATE send SET state = 'accepted', msgid = '123' WHERE id = $1", send.id)
    assert await results.receipt("123", "blocked")
    send = await Send.get(id=send.id)
    assert (send.state, send.reason) == ("failed", "user_block")
