"""Answers that got lost: what WeCom can be asked about is found again, the rest waits for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.sending import dispatching, leases, ledger, reconciling, waiting
from community.sending.models import GroupTask, Send
from kernel import clock
from kernel.errors import Refused
from staff.models import Staff
from tests.community.sending.staging import Stage, states, stream_of

pytestmark = pytest.mark.usefixtures("awake")
CREATE = "*externalcontact/add_msg_template"


async def job_stream(stage: Stage, count: int = 4) -> tuple[int, list[str]]:
    people = await stage.contacts(count)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    return stream_id, list(people)


async def test_a_job_whose_answer_was_lost_is_found_in_the_list_and_adopted(stage: Stage) -> None:
    stream_id, people = await job_stream(stage)
    await stage.control.faults({"path": CREATE, "kind": "accept_then_reset", "times": 1})
    await dispatching.dispatch(lane="campaigns", stream_id=stream_id)
    assert await states(stream_id) == {"unknown": 4}
    assert "结果不明" in await waiting.why(stream_id)
    await reconciling.reconcile()
    assert await states(stream_id) == {"accepted": 4}
    job = await GroupTask.get()
    assert (job.state, bool(job.msgid)) == ("accepted", True)
    assert await reconciling.reconcile() == 0
    await stage.control.act("member.confirm_groupmsg")
    assert await stage.reached(kind="group_message") == dict.fromkeys(people, 1)


async def test_a_job_that_was_never_made_is_planned_again_only_after_the_grace_period(stage: Stage) -> None:
    stream_id, people = await job_stream(stage)
    await stage.control.faults({"path": CREATE, "kind": "reset", "times": 1})
    await dispatching.dispatch(lane="campaigns", stream_id=stream_id)
    assert await states(stream_id) == {"unknown": 4}
    await reconciling.reconcile()
    assert await states(stream_id) == {"unknown": 4}
    with clock.frozen(clock.now() + reconciling.GRACE + timedelta(seconds=1)):
        await stage.control.faults({"path": "*get_groupmsg_list_v2", "kind": "errcode", "errcode": -1, "times": 1})
        await reconciling.reconcile()
        assert await states(stream_id) == {"unknown": 4}, "a search that failed proves nothing"
        await reconciling.reconcile()
    assert await states(stream_id) == {"planned": 4}
    await dispatching.dispatch(lane="campaigns", stream_id=stream_id)
    await stage.control.act("member.confirm_groupmsg")
    assert await stage.reached(kind="group_message") == dict.fromkeys(people, 1)


async def test_of_two_like_jobs_each_unknown_finds_its_own_by_the_clients_in_it(stage: Stage) -> None:
    people = await stage.contacts(4)
    pairs = list(people.items())
    for _, some in enumerate((pairs[:2], pairs[2:])):
        for who, (client_id, userid) in some:
            await ledger.plan(
                key=f"like:{who}",
                purpose="service",
                channel="wecom_message",
                recipient=who,
                text="同样的话",
                client_id=client_id,
                sender_userid=userid,
            )
        await stage.control.faults({"path": CREATE, "kind": "accept_then_reset", "times": 1})
        await dispatching.dispatch(lane="urgent")
    assert await states() == {"unknown": 4}
    await reconciling.reconcile()
    jobs = {job.msgid: job.id for job in await GroupTask.filter(state="accepted")}
    assert len(jobs) == 2
    for listed in (await stage.control.people("group_messages"))["group_messages"]:
        targets = {target["id"] for task in listed["tasks"] for target in task["targets"]}
        kept = {send.recipient for send in await Send.filter(batch_id=jobs[listed["msgid"]])}
        assert kept == targets


async def test_a_claim_of_a_dead_dispatcher_is_free_again_when_its_lease_runs_out(stage: Stage) -> None:
    from community.sending import claiming

    people = await stage.followers(3)
    stream_id = await stream_of(people, "oa_service")
    await claiming.claim(leases.new_owner(), 10, channel="oa_service", stream_id=stream_id)
    assert await reconciling.reconcile() == 0
    with clock.frozen(clock.now() + leases.LEASE + timedelta(seconds=1)):
        assert await reconciling.reconcile() == 3
    assert await states(stream_id) == {"planned": 3}
    assert not await Send.filter(counted_on__isnull=False).exists()


async def test_an_unclear_customer_service_message_waits_for_a_person_and_is_never_repeated_by_itself(
    stage: Stage,
) -> None:
    (openid,) = await stage.followers(1)
    await stage.control.faults({"path": "*custom/send", "kind": "accept_then_reset", "times": 1})
    send = await ledger.plan(key="one", purpose="service", channel="oa_service", recipient=openid, text="您好")
    await dispatching.dispatch(lane="urgent")
    with clock.frozen(clock.now() + timedelta(days=2)):
        await reconciling.reconcile()
        assert await dispatching.dispatch(lane="urgent") == 0
    assert [one.id for one in await reconciling.undecided()] == [send.id]
    judge = await Staff.create(login="judge", name="核对员", role="manager")
    await reconciling.decide_unknown(send.id, repeat=False, by=judge)
    assert await states() == {"failed": 1}
    with pytest.raises(Refused, match="无需处理"):
        await reconciling.decide_unknown(send.id, repeat=True, by=judge)
    assert await stage.reached() == {openid: 1}
