"""The platform's administrator: accounts, quotas, clock, faults, disorder, population, callbacks, mass sends, seeds."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.config import QUOTA_PRESETS
from wechat.sandbox.control import acting, configuring, disturbing, records
from wechat.sandbox.control.asking import Asked, Control
from wechat.sandbox.faults import KINDS
from wechat.sandbox.play.pages import Missing, Play, back, read_form, reason_of

SHOWN = 60
STAFF = tuple(
    (f"banker.{place}", name) for place, name in enumerate(("周敏", "陈曦", "孙博", "李雯", "王磊", "赵颖"), 1)
)
PRESETS = {
    "month_days": "每月与当月天数相同",
    "week_7": "每周 7 条",
    "day_1": "每天 1 条",
    "month_4": "每月 4 条（旧规则）",
    "none": "不限",
}
FAULTS = {
    "latency": "变慢",
    "hang": "不应答",
    "reset": "断开连接",
    "http_502": "502 错误页",
    "html_200": "返回网页",
    "truncated": "应答截断",
    "errcode": "返回错误码",
    "quota": "限流",
    "revoke_token": "凭证作废",
    "accept_then_timeout": "收下后不应答",
    "accept_then_reset": "收下后断开",
}
DISORDER = {
    "duplicate": "重复",
    "drop": "丢失",
    "reorder": "乱序",
    "wrong_signature": "签名错误",
    "stale_timestamp": "时间过期",
    "unknown_event": "未知事件",
}
OUTCOMES = {
    "queued": "排队",
    "delivered": "已送达",
    "failed": "失败",
    "dropped": "丢弃",
    "no_receiver": "没有地址",
}
SWITCHES = {
    "groupmsg_quota": "群发档位",
    "admin_confirms_mass": "群发全员须管理员确认",
    "daily_limit_share": "接口日额度倍数",
    "callback_timeout_s": "回调超时（秒）",
    "lag_ms": "群成员读取滞后（毫秒）",
    "staff_messages_per_minute": "每员工每分钟应用消息",
    "welcome_s": "欢迎语有效（秒）",
    "group_full": "群人数上限",
}
Step = Callable[[Play, dict[str, Any]], Awaitable[str]]


async def show(play: Play, request: Request) -> Response:
    """GET /play/admin: the console."""
    world = play.world
    asked = Asked(play.stage, None, {"limit": "12"}, {})
    return play.render(
        request,
        "admin.html",
        accounts=list(world.accounts.values()),
        corps=list(world.corps.values()),
        switches=asdict(world.switches),
        switch_names=SWITCHES,
        presets=[(name, PRESETS[name]) for name in QUOTA_PRESETS],
        clock=world.clock.describe(),
        faults=world.faults.show(),
        fault_names=FAULTS,
        disorder=world.sender.disorder.show(),
        disorder_names=DISORDER,
        population=play.stage.population.status(),
        outcomes=records.show_callbacks(asked)["outcomes"],
        outcome_names=OUTCOMES,
        mass=[(account, job) for account in world.accounts.values() for job in account.mass_jobs.values()][-10:],
        busy=world.busy,
    )


async def callbacks(play: Play, request: Request) -> Response:
    """GET /play/admin/callbacks?event=&outcome=: the newest callbacks first."""
    query = {name: value for name, value in request.query_params.items() if name in ("event", "outcome") and value}
    shown = dict(query)
    if "event" in query and "*" not in query["event"]:
        query["event"] = f"*{query['event']}*"
    told = records.show_callbacks(Asked(play.stage, None, {**query, "limit": str(SHOWN)}, {}))
    rows = list(reversed(told["callbacks"]))
    return play.render(
        request, "callbacks.html", rows=rows, query=shown, outcomes=told["outcomes"], outcome_names=OUTCOMES
    )


async def callback(play: Play, request: Request) -> Response:
    """GET /play/admin/callbacks/{id}: one callback with every attempt."""
    found = play.world.sender.find(int(request.path_params["id"]))
    if found is None:
        raise Missing
    return play.render(request, "callback.html", one=found.show(), outcome_names=OUTCOMES)


async def act(play: Play, request: Request) -> Response:
    """POST /play/admin/{step}: one turn of a knob."""
    fields = await read_form(play, request)
    step = STEPS.get(request.path_params["step"])
    if step is None:
        raise Missing
    given = {name: value for name, value in fields.items() if name != "back"}
    try:
        done = await step(play, given)
    except (Impossible, LookupError, ValueError, TypeError) as error:
        return back(fields, failed=reason_of(error))
    return back(fields, done=done)


async def _control(
    play: Play,
    control: Control,
    body: Any = None,
    query: Mapping[str, str] | None = None,
    path: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    told = control(Asked(play.stage, body, dict(query or {}), dict(path or {})))
    return await told if inspect.isawaitable(told) else told


async def _switch(play: Play, fields: dict[str, Any]) -> str:
    now = asdict(play.world.switches)
    changes = {name: _like(now[name], fields[name]) for name in SWITCHES if name in fields}
    if "admin_confirms_mass_shown" in fields:
        changes["admin_confirms_mass"] = "admin_confirms_mass" in fields
    await _control(play, configuring.change_switches, changes)
    return "规则已修改"


async def _clock(play: Play, fields: dict[str, Any]) -> str:
    change: dict[str, Any] = {}
    for name in ("advance", "speed"):
        if name in fields:
            change[name] = float(fields[name])
    if "set" in fields:
        change["set"] = str(fields["set"])
    if "freeze" in fields:
        change["freeze"] = fields["freeze"] == "1"
    told = await _control(play, disturbing.change_clock, change)
    return f"平台时间：{str(told['local'])[:16].replace('T', ' ')}"


async def _fault(play: Play, fields: dict[str, Any]) -> str:
    rule: dict[str, Any] = {"path": str(fields.get("path") or "*"), "kind": str(fields.get("kind", ""))}
    for name in ("times", "ms", "errcode", "limit"):
        if name in fields:
            rule[name] = int(fields[name])
    if rule["kind"] not in KINDS:
        raise ValueError("没有这种故障")
    await _control(play, disturbing.add_faults, rule)
    return "故障已设置"


async def _mend(play: Play, fields: dict[str, Any]) -> str:
    await _control(play, disturbing.clear_faults, query={"id": str(fields["id"])} if "id" in fields else {})
    return "故障已清除"


async def _disorder(play: Play, fields: dict[str, Any]) -> str:
    shares = {name: min(max(float(fields[name]) / 100, 0.0), 1.0) for name in DISORDER if name in fields}
    await _control(play, disturbing.change_disorder, shares)
    return "回调扰动已设置"


async def _calm(play: Play, _fields: dict[str, Any]) -> str:
    await _control(play, disturbing.calm)
    return "回调恢复正常"


async def _population(play: Play, fields: dict[str, Any]) -> str:
    if fields.get("run") == "1":
        await _control(play, acting.start_population, {})
        return "人群开始自己活动"
    await _control(play, acting.stop_population)
    return "人群已停下"


async def _replay(play: Play, fields: dict[str, Any]) -> str:
    told = await _control(play, records.replay, {"times": int(fields.get("times", 1))}, path={"id": str(fields["id"])})
    return f"已重发，新编号 {'、'.join(str(one) for one in told['callbacks'])}"


async def _mass(play: Play, fields: dict[str, Any]) -> str:
    refuse = {"refuse": True} if fields.get("refuse") else {}
    args = {"appid": str(fields["appid"]), "msg_id": int(fields["msg_id"]), **refuse}
    play.do("admin.confirm_mass", args)
    return "已拒绝" if refuse else "已放行"


async def _check(play: Play, _fields: dict[str, Any]) -> str:
    told = await _control(play, configuring.check)
    bad = [one["app"] for one in told["checks"] if not one["ok"]]
    if not told["checks"]:
        raise ValueError("还没有回调地址")
    if bad:
        raise ValueError(f"回调地址校验不通过：{'、'.join(bad)}")
    return "所有回调地址校验通过"


async def _point(play: Play, fields: dict[str, Any]) -> str:
    url = str(fields.get("url", ""))
    await _control(play, configuring.put, {"callback_urls": {str(fields["app"]): url}})
    return "回调地址已保存" if url else "回调地址已清空"


async def _revoke(play: Play, _fields: dict[str, Any]) -> str:
    told = await _control(play, disturbing.revoke_tokens, {})
    return f"已作废 {told['revoked']} 个凭证"


async def _seed(play: Play, fields: dict[str, Any]) -> str:
    told = await _control(play, acting.seed, seed_of(str(fields.get("kind", "small"))))
    count = sum(len(found) if isinstance(found, list) else int(found) for found in told.values() if found)
    return f"已种下 {count} 位人员与群"


async def _reset(play: Play, _fields: dict[str, Any]) -> str:
    await _control(play, acting.reset)
    return "已重新开始，所有人都不在了"


def seed_of(kind: str) -> dict[str, Any]:
    """The body of a seed that needs nothing else to be told; ValueError for an unknown one."""
    if kind == "bank-demo":
        return {"kind": kind, "staff": [{"userid": userid, "name": name} for userid, name in STAFF]}
    if kind == "bulk":
        return {"kind": kind, "fans": 100_000, "clients": 20_000, "members": 50}
    if kind == "small":
        return {"kind": kind}
    raise ValueError("没有这样的种子数据")


def _like(now: object, given: Any) -> Any:
    if isinstance(now, bool):
        return given in ("1", "on", "true", True)
    return type(now)(given) if isinstance(now, int | float) else str(given)


STEPS: dict[str, Step] = {
    "switches": _switch,
    "clock": _clock,
    "faults": _fault,
    "faults-clear": _mend,
    "disorder": _disorder,
    "calm": _calm,
    "population": _population,
    "replay": _replay,
    "mass": _mass,
    "check": _check,
    "callback-url": _point,
    "tokens": _revoke,
    "seed": _seed,
    "reset": _reset,
}
