"""Checks of an official account: what its calls may do, and how many are left today."""

from __future__ import annotations

from wechat.findings import Bench, Finding, refused, skipped, unheard

NOT_AUTHORISED = {48001, 48004}
SENDING = "/cgi-bin/message/custom/send"
LOW = 0.1


async def permission(bench: Bench) -> Finding:
    """The account may call the interfaces that the product lives on."""
    if not bench.token:
        return skipped("permission")
    heard = await bench.signed("GET", "/cgi-bin/user/get")
    if heard.trouble:
        return unheard("permission", heard)
    if heard.errcode in NOT_AUTHORISED:
        mend = "确认账号是已认证的服务号，并在“接口权限”里开通用户管理和客服消息"
        return refused("permission", bench.app, heard, mend)
    if heard.errcode:
        return refused("permission", bench.app, heard)
    return Finding("permission", "ok", f"可以读取粉丝，当前 {int(heard.answer.get('total') or 0)} 位")


async def secret_kind(bench: Bench) -> Finding:
    """The secret is the account's own, not one of a third-party platform."""
    if not bench.token:
        return skipped("secret_kind")
    heard = await bench.signed("POST", "/cgi-bin/openapi/quota/get", {"cgi_path": SENDING})
    if heard.trouble:
        return unheard("secret_kind", heard)
    if heard.errcode in {61004, 61024}:
        mend = "使用公众号自己的 AppSecret，不要使用第三方平台的密钥"
        return refused("secret_kind", bench.app, heard, mend)
    return Finding("secret_kind", "ok", "公众号自己的 AppSecret")


async def quota(bench: Bench) -> Finding:
    """There is enough left of today's calls for customer-service messages."""
    if not bench.token:
        return skipped("quota")
    heard = await bench.signed("POST", "/cgi-bin/openapi/quota/get", {"cgi_path": SENDING})
    if heard.trouble:
        return unheard("quota", heard)
    if heard.errcode:
        return refused("quota", bench.app, heard)
    told = heard.answer.get("quota")
    given = told if isinstance(told, dict) else {}
    limit, left = int(given.get("daily_limit") or 0), int(given.get("remain") or 0)
    if "remain" in given and not left:
        mend = "次日零点恢复；急用时可在公众平台清零（每月 10 次）"
        return Finding("quota", "wrong", f"今天的客服消息接口额度 {limit} 次已用完", mend)
    if limit and left < limit * LOW:
        return Finding("quota", "note", f"客服消息接口今天还剩 {left} / {limit} 次", "安排大批发送前先看额度")
    return Finding("quota", "ok", f"客服消息接口今天还剩 {left} / {limit} 次")
