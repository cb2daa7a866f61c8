"""The line that says why nothing moves, at each stop of a stream."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from community.sending import dispatching, holding, policies, streams, waiting
from kernel import clock, database
from tests.community.sending.staging import Stage, stream_of

pytestmark = pytest.mark.usefixtures("awake")


async def test_every_reason_to_wait_has_its_sentence(stage: Stage) -> None:
    people = await stage.contacts(4, members=2)
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    noon = datetime.combine(clock.today(), time(12), clock.SHANGHAI)
    with clock.frozen(noon):
        await database.execute("UPDATE send SET due_at = $1", noon + timedelta(hours=7, minutes=30))
        assert await waiting.why(stream_id) == "下一批 19:30 发送（4 条）"
        await database.execute("UPDATE send SET due_at = $1", noon)
        assert await waiting.why(stream_id) == "排队等待发送，还有 4 条"
        await holding.hold("wecom_message", "接口调用次数已达上限", noon + timedelta(hours=12))
        assert "接口调用次数已达上限" in await waiting.why(stream_id)
        await holding.release("wecom_message")
        await streams.close_stream(stream_id, "王经理暂停")
        assert await waiting.why(stream_id) == "已暂停：王经理暂停"
        await streams.reopen_stream(stream_id)
    night = noon + timedelta(hours=11)
    await policies.save(clock.today(), policies.Policy(9, 99, time(21, 30), time(8, 30)))
    with clock.frozen(night):
        assert "静默时段" in await waiting.why(stream_id)
        await dispatching.dispatch(lane="campaigns", stream_id=stream_id)
        assert "08:30" in await waiting.why(stream_id)
    with clock.frozen(night + timedelta(hours=10)):
        while await dispatching.dispatch(lane="campaigns", stream_id=stream_id):
            pass
        assert await waiting.why(stream_id) == "等待员工在手机上确认：已确认 0 / 2 个任务"
    await streams.cancel_stream(stream_id, "活动取消")
    assert await waiting.why(stream_id) == "已取消：活动取消"
