"""The emergency stop: one campaign, one channel or everything, pulled by one person and released by two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from community.sending import halting, leases, tasks
from community.sending.halting import is_stopped as is_stopped
from community.sending.models import CHANNELS, Stop, Stream
from kernel import clock, database, logs, numbers
from kernel.errors import Forbidden, NotFound, Refused
from staff import approval_kinds, approvals, audit, permissions, scope
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "stop_release"
DRAIN_S = 15.0
"""How long a pull waits for calls that had begun: longer than any call of ours may take."""
_log = logs.get(__name__)
Teller = Callable[[int], Awaitable[int | None]]
_TELLERS: list[Teller] = []


def tell_units(teller: Teller) -> None:
    """Whoever plans on streams says of which unit one is; this package doesn't know."""
    _TELLERS[:] = [teller]


async def pull(what: str, reason: str, by: Staff) -> Stop:
    """Stop `all`, `channel:<channel>` or `stream:<number>`. When this returns, no further call begins.

    What was only claimed waits again; what was already inside a call has ended or was given DRAIN_S to end. Refused:
    no reason, unknown, or stopped already.
    """
    permissions.require(by, "stops.pull")
    if not what.startswith("stream:") and await scope.units_of(by) is not None:
        raise Forbidden("停发渠道或全部消息，须由数据范围为全行的同事操作", code="stop.reach")
    if database.is_in_transaction():
        raise RuntimeError("a stop counts from its commit: pull it outside of a transaction")
    where, arguments = await _scope(what)
    if not reason.strip():
        raise Refused("请写明停发的原因", code="stop.reason_missing")
    async with database.transaction():
        # the last check before a call holds this table shared until its intent is committed, and takes its picture of
        # the stops only after it got the lock: whoever waits for us sees the new row, whoever came before is on its way
        await database.execute("LOCK TABLE stop IN EXCLUSIVE MODE")
        if await Stop.filter(what=what, released_at=None).exists():
            raise Refused("这里已经停发", code="stop.pulled_already", status=409)
        stop = await Stop.create(what=what, reason=reason.strip()[:200], pulled_by_id=by.id)
        await audit.record(by, "stop.pulled", "stop", stop.id, what=what, reason=logs.mask_text(stop.reason))
    _log.warning("stop.pulled", stop=stop.id, what=what)
    await leases.put_back(f"state = 'leased' AND {where}", *arguments)
    await _drain(where, arguments)
    return stop


async def ask_release(stop_id: int, by: Staff, *, about: str = "") -> Approval:
    """Ask a second person to let sends go on. NotFound: no such stop, or released already.

    about: the campaign's name, which this package doesn't know.
    """
    permissions.require(by, "stops.release")
    async with database.transaction():
        stop = await Stop.select_for_update().get_or_none(id=stop_id, released_at=None)
        if stop is None:
            raise NotFound()
        content = {"stop": stop.id, "what": stop.what}
        puller = await Staff.get(id=stop.pulled_by_id)
        summary = {
            "title": f"解除紧急停发：{about or label(stop.what)}",
            "content": content,
            "lines": await _lines(stop, puller),
            # a unit's campaign is released by its own people; head office's, a channel and everything by head office
            "branch_id": await _unit_of(stop.what),
        }
        asked = await approvals.ask(SUBJECT, stop.id, approval_kinds.hash_of(content), summary, by)
        stop.approval_id = asked.id
        await stop.save(update_fields=["approval_id"])
    return asked


async def active() -> list[Stop]:
    """The stops in force, the newest first."""
    return await Stop.filter(released_at=None).order_by("-id")


async def past(limit: int = 20) -> list[Stop]:
    """The stops that were released, the newest first."""
    return await Stop.filter(released_at__isnull=False).order_by("-id").limit(limit)


async def waiting(what: str) -> int:
    """How many messages a stop holds back, or would hold back. NotFound: no such channel or stream."""
    where, arguments = await _scope(what, first=1)
    statement = f"SELECT count(*) FROM send WHERE state IN ('planned', 'leased') AND {where}"  # noqa: S608
    return int(await database.fetch_value(statement, *arguments))


def label(what: str) -> str:
    """What is stopped, in words."""
    kind, _, name = what.partition(":")
    if kind == "channel":
        return f"渠道 {CHANNEL_NAMES[name]}"
    return f"一个活动（发送流 {name}）" if kind == "stream" else "全部消息"


CHANNEL_NAMES = {
    "wecom_message": "企业微信群发（客户）",
    "wecom_welcome": "企业微信欢迎语",
    "wecom_group": "企业微信群发（客户群）",
    "oa_service": "公众号客服消息",
    "moments": "企业微信朋友圈",
    "oa_template": "公众号模板消息",
    "oa_subscribe": "公众号订阅通知",
    "oa_mass": "公众号群发",
    "staff_message": "给员工的应用消息",
}


async def _scope(what: str, *, first: int = 2) -> tuple[str, list[Any]]:
    kind, _, name = what.partition(":")
    if what == halting.ALL:
        return "TRUE", []
    if kind == "channel" and name in CHANNELS:
        return f"channel = ${first}", [name]
    number = numbers.row_id(name)
    if kind == "stream" and number is not None and await Stream.exists(id=number):
        return f"stream_id = ${first}", [number]
    raise NotFound()


async def _unit_of(what: str) -> int | None:
    kind, _, name = what.partition(":")
    return await _TELLERS[0](int(name)) if kind == "stream" and _TELLERS else None


async def _drain(where: str, arguments: list[Any]) -> None:
    # a call begins right after its intent is committed: what was requested a while ago has begun, or its process died
    since = clock.now() - timedelta(seconds=DRAIN_S)
    open_calls = f"SELECT EXISTS (SELECT FROM send WHERE state = 'requested' AND requested_at > $1 AND {where})"  # noqa: S608
    ends = asyncio.get_running_loop().time() + DRAIN_S
    while await database.fetch_value(open_calls, since, *arguments):
        if asyncio.get_running_loop().time() >= ends:
            _log.warning("stop.calls_still_open")
            return
        await asyncio.sleep(0.05)


async def _lines(stop: Stop, puller: Staff) -> list[list[str]]:
    return [
        ["范围", label(stop.what)],
        ["停发原因", stop.reason],
        ["停发人", puller.name],
        ["停发时间", clock.local(stop.created_at).strftime("%Y-%m-%d %H:%M")],
        ["等待中的消息", f"{await waiting(stop.what)} 条，解除后继续发送；已过期的会跳过"],
    ]


async def _lock(stop_id: int) -> None:
    await Stop.select_for_update().get_or_none(id=stop_id)


async def _release(asked: Approval, by: Staff) -> None:
    changed = await database.execute(
        "UPDATE stop SET released_at = $2 WHERE id = $1 AND released_at IS NULL", asked.subject_id, clock.now()
    )
    if not changed:
        raise Refused("已经解除停发", code="stop.released", status=409)
    await audit.record(by, "stop.released", "stop", asked.subject_id, what=asked.summary["content"]["what"])
    tasks.dispatch_due.later()


KIND = approval_kinds.register(Kind(SUBJECT, "解除紧急停发", permission="stops.release", apply=_release, lock=_lock))
