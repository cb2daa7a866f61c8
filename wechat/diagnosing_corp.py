"""Checks of a corp's app: whose secret it is, what it may call, whom it sees, and whether calls are being held back."""

from __future__ import annotations

from kernel import clock, database
from wechat.findings import Bench, Finding, refused, skipped, unheard

SYSTEM_SECRET = 48002
OTHER_AGENT = 301002
OUT_OF_SIGHT = {60011, 60111, 50002}
HELD = """
SELECT api, message, until_at FROM api_hold
WHERE app = $1 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $2) ORDER BY api
"""
CALLABLE = "在“客户联系 > 客户 > API > 可调用接口的应用”里勾选这个自建应用"


async def secret_kind(bench: Bench) -> Finding:
    """The secret is that of the self-built app named by the agent id, not that of a system app."""
    if not bench.token:
        return skipped("secret_kind")
    heard = await bench.signed("GET", "/cgi-bin/agent/get", agentid=str(bench.app.agentid))
    if heard.trouble:
        return unheard("secret_kind", heard)
    if heard.errcode == SYSTEM_SECRET:
        mend = "2023-12-01 起系统应用（如“客户联系”）的密钥不能再调用接口：请改填自建应用的 Secret 和 AgentId"
        return refused("secret_kind", bench.app, heard, mend)
    if heard.errcode == OTHER_AGENT:
        mend = "密钥属于另一个应用：请填写与 AgentId 同一个自建应用的 Secret"
        return refused("secret_kind", bench.app, heard, mend)
    if heard.errcode:
        return refused("secret_kind", bench.app, heard)
    return Finding("secret_kind", "ok", "自建应用的密钥，与 AgentId 相符")


async def permission(bench: Bench) -> Finding:
    """The app may call the customer interfaces."""
    if not bench.token:
        return skipped("permission")
    heard = await bench.signed("GET", "/cgi-bin/externalcontact/get_follow_user_list")
    if heard.trouble:
        return unheard("permission", heard)
    if heard.errcode == SYSTEM_SECRET:
        return refused("permission", bench.app, heard, f"改用自建应用的密钥，并{CALLABLE}")
    if heard.errcode:
        return refused("permission", bench.app, heard, CALLABLE)
    return Finding("permission", "ok", "可以调用客户联系接口")


async def visible_range(bench: Bench) -> Finding:
    """Members who have clients are inside what the app may see."""
    if not bench.token:
        return skipped("visible_range")
    heard = await bench.signed("GET", "/cgi-bin/externalcontact/get_follow_user_list")
    if heard.trouble:
        return unheard("visible_range", heard)
    if heard.errcode:
        return skipped("visible_range", "没有客户联系接口的权限，无法检查")
    members = heard.answer.get("follow_user")
    userids = [str(one) for one in members] if isinstance(members, list) else []
    if not userids:
        mend = "在“客户联系 > 权限配置”里给客户经理开通，并把他们加入应用的可见范围"
        return Finding("visible_range", "wrong", "没有任何成员可以使用客户联系", mend)
    seen = await bench.signed("GET", "/cgi-bin/user/get", userid=userids[0])
    if seen.trouble:
        return unheard("visible_range", seen)
    if seen.errcode in OUT_OF_SIGHT:
        mend = "把使用客户联系的成员（或其部门）加入该应用的可见范围"
        return refused("visible_range", bench.app, seen, mend)
    if seen.errcode:
        return refused("visible_range", bench.app, seen)
    return Finding("visible_range", "ok", f"{len(userids)} 位成员可以使用客户联系")


async def quota(bench: Bench) -> Finding:
    """WeCom tells no quota in advance: what counts is whether calls are being held back for one right now."""
    name = f"wecom:{bench.app.receive_id}:{bench.app.agentid}"
    rows = await database.fetch(HELD, name, clock.now())
    if not rows:
        return Finding("quota", "ok", "没有接口因为超出频率或额度而暂停")
    first = rows[0]
    until = f"，预计 {clock.local(first['until_at']):%m-%d %H:%M} 恢复" if first["until_at"] else ""
    what = "全部接口" if first["api"] == "*" else first["api"]
    mend = "减少调用或等待恢复，详情见“接口调用”"
    return Finding("quota", "wrong", f"{len(rows)} 个接口暂停：{what}，{first['message']}{until}", mend)
