from __future__ import annotations

from datetime import timedelta

from community.sending import dispatching, reminding
from community.sending.models import GroupTask
from kernel import clock
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage, stream_of


async def _handed(stage: Stage) -> int:
    people = await stage.contacts(6, members=2)
    clients = {external: client for external, (client, _) in people.items()}
    sender_of = {external: userid for external, (_, userid) in people.items()}
    stream = await stream_of(clients, "wecom_message", sender_of=sender_of)
    while await dispatching.dispatch(lane="campaigns", stream_id=stream):
        pass
    return stream


async def test_members_who_have_not_confirmed_are_reminded_once_in_eight_hours(awake, stage: Stage) -> None:
    stream = await _handed(stage)
    jobs = await GroupTask.filter(stream_id=stream).count()
    assert await reminding.remindable(stream) == jobs
    assert await reminding.remind(stream) == jobs
    assert await reminding.remind(stream) == 0
    with clock.frozen(clock.now() + timedelta(hours=9)):
        assert await reminding.remind(stream) == jobs


async def test_confirmed_jobs_are_left_in_peace(awake, stage: Stage) -> None:
    stream = await _handed(stage)
    await GroupTask.filter(stream_id=stream).update(confirmed_at=clock.now())
    assert await reminding.remindable(stream) == 0
    assert await reminding.remind(stream) == 0
