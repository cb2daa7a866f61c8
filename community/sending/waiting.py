"""Why nothing moves: one Chinese line about a stream, computed from facts."""

from __future__ import annotations

from datetime import datetime

from community.sending import gate, holding, policies, routing
from kernel import clock, database
from kernel.errors import NotFound

STREAM = "SELECT is_open, reason, cancelled_at FROM stream WHERE id = $1"
COUNTS = """
SELECT count(*) FILTER (WHERE state = 'planned') AS planned,
  count(*) FILTER (WHERE state = 'planned' AND due_at <= $2) AS due,
  count(*) FILTER (WHERE state IN ('leased', 'requested')) AS going,
  count(*) FILTER (WHERE state = 'unknown') AS unknown,
  min(due_at) FILTER (WHERE state = 'planned' AND due_at > $2) AS next_due,
  (SELECT count(*) FROM send
   WHERE stream_id = $1 AND state = 'accepted'
     AND channel IN ('oa_template', 'oa_subscribe', 'oa_mass')) AS without_receipt,
  EXISTS (SELECT FROM send WHERE stream_id = $1) AS any
FROM send WHERE stream_id = $1 AND state = ANY('{planned,leased,requested,unknown}')
"""  # columns of one index only: a stream may hold a million sends
LIMITED = """
SELECT count(*)::int AS n, min(due_at) AS frees_at FROM send
WHERE stream_id = $1 AND state = 'planned' AND due_at > $2 AND reason = 'platform_limit'
"""
HELD = """
SELECT EXISTS (SELECT FROM send WHERE stream_id = $1 AND state = 'planned' AND channel = $2
  AND ($3 IN ('', app) OR app = '' AND $3 = $4))
"""
JOBS = """
SELECT count(*) AS made, count(*) FILTER (WHERE confirmed_at IS NOT NULL OR state = 'delivered') AS confirmed
FROM group_task WHERE stream_id = $1 AND chat_type <> 'mass' AND state IN ('accepted', 'confirmed', 'delivered')
  AND cancelled_at IS NULL
"""


async def why(stream_id: int) -> str:
    """What the stream is waiting for, in words for staff; says so when it moves or has ended."""
    stream = await database.fetch_one(STREAM, stream_id)
    if stream is None:
        raise NotFound
    counts = await database.fetch_one(COUNTS, stream_id, clock.now())
    jobs = await database.fetch_one(JOBS, stream_id)
    assert counts is not None
    assert jobs is not None
    if stream["cancelled_at"]:
        return f"已取消：{stream['reason']}"
    if not stream["is_open"]:
        return f"已暂停：{stream['reason']}" if stream["reason"] else "已暂停"
    if held := await _held(stream_id) or await _limited(stream_id, counts):
        return held
    return await _planned(counts) or _outstanding(counts, jobs)


async def _held(stream_id: int) -> str:
    for (channel, app), hold in (await holding.active()).items():
        if await database.fetch_value(HELD, stream_id, channel, app, routing.default(routing.side_of(channel))):
            until = f"，预计 {_wall(hold.until)} 恢复" if hold.until else "，需人工处理后恢复"
            return f"渠道暂停：{hold.reason}{until}"
    return ""


async def _limited(stream_id: int, counts: database.Row) -> str:
    if counts["due"] or counts["going"] or not counts["planned"]:
        return ""
    limited = await database.fetch_one(LIMITED, stream_id, clock.now())
    if not limited or limited["n"] < counts["planned"]:
        return ""
    return f"微信平台额度已用完，{_wall(limited['frees_at'])} 恢复后继续发送（{limited['n']} 条）"


async def _planned(counts: database.Row) -> str:
    if counts["going"]:
        return f"正在发送，还有 {counts['planned'] + counts['going']} 条"
    now, policy = clock.now(), await policies.in_force()
    if counts["planned"] and gate.is_quiet(now, policy.quiet_from, policy.quiet_until):
        until = gate.quiet_ends(now, policy.quiet_until)
        # what quiet hours moved is due at their very end; what is planned for later has its own line
        if counts["due"] or counts["next_due"] <= until:
            return f"静默时段，{_wall(until)} 后继续发送（{counts['planned']} 条）"
    if counts["due"]:
        return f"排队等待发送，还有 {counts['due']} 条"
    return f"下一批 {_wall(counts['next_due'])} 发送（{counts['planned']} 条）" if counts["next_due"] else ""


def _outstanding(counts: database.Row, jobs: database.Row) -> str:
    if counts["unknown"]:
        return f"有 {counts['unknown']} 条结果不明，正在与平台核对"
    if jobs["confirmed"] < jobs["made"]:
        return f"等待员工在手机上确认：已确认 {jobs['confirmed']} / {jobs['made']} 个任务"
    if counts["without_receipt"]:
        return f"等待微信回执：{counts['without_receipt']} 条"
    return "全部已发送完毕" if counts["any"] else "尚无待发送的消息"


def _wall(at: datetime) -> str:
    local, today = clock.local(at), clock.today()
    return local.strftime("%H:%M") if local.date() == today else local.strftime("%m月%d日 %H:%M")
