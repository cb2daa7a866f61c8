"""Personal texts make a job of each message: a claim is worked at for one turn, never longer than its lease."""

from __future__ import annotations

import pytest

from community.sending import dispatching, jobs, ledger, tasks
from community.sending.models import Send
from tests.community.sending.staging import Stage

pytestmark = pytest.mark.usefixtures("awake")


async def test_what_a_turn_is_too_short_for_is_planned_again_and_goes_out_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_S", 0.0)
    people = await stage.contacts(3)
    for who, (client_id, userid) in people.items():
        await ledger.plan(
            key=f"test:{who}",
            purpose="service",
            channel="wecom_message",
            recipient=who,
            text=f"您的编号是 {client_id}",
            client_id=client_id,
            sender_userid=userid,
        )
    for out in (1, 2, 3):
        assert await dispatching.dispatch(lane="urgent") == 4 - out
        assert await Send.filter(state="accepted").count() == out
        assert await Send.filter(state="planned").count() == 3 - out
    assert await Send.filter(attempts=1).count() == 3


async def test_many_urgent_messages_hold_the_urgent_worker_only_for_a_short_turn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "URGENT_TURN_S", 0.0)
    monkeypatch.setattr(tasks, "URGENT_LIMIT", 2)
    for who, client_id in (await stage.followers(5)).items():
        await ledger.plan(
            key=f"test:{who}", purpose="service", channel="oa_service", recipient=who, text="您好", client_id=client_id
        )
    for out in (2, 4, 5):
        await tasks.dispatch_due.now()
        assert await Send.filter(state="delivered").count() == out
