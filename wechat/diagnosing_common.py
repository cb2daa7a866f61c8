"""Checks that official accounts and corps share: what is set, the token, the IP list, the clock, callbacks."""

from __future__ import annotations

from datetime import datetime, timedelta

from kernel import clock, settings
from wechat.findings import Bench, Finding, refused, skipped, unheard

SKEW_NOTE, SKEW_WRONG = timedelta(seconds=30), timedelta(minutes=5)
"""A callback's signature counts for ten minutes: half of that is time to act."""
QUIET = timedelta(days=1)
WRONG_SECRET = {40001, 40125, 42001}
UNKNOWN_ACCOUNT = {40013}


async def what_is_set(bench: Bench) -> Finding:
    """Everything that callbacks and calls need is there."""
    app = bench.app
    names = {"密钥（Secret）": app.secret, "令牌（Token）": app.token}
    if app.mode != "plain":
        names["EncodingAESKey"] = "".join(app.aes_keys)
    if app.side == "wecom":
        names["AgentId"] = str(app.agentid or "")
    missing = [name for name, value in names.items() if not value]
    if missing:
        return Finding("settings", "wrong", f"还没有填写：{'、'.join(missing)}", "在本页补齐后重新诊断")
    if app.is_paused:
        return Finding("settings", "note", "资料齐全，但账号处于暂停状态，不会发出任何消息", "需要时点“恢复使用”")
    return Finding("settings", "ok", "资料齐全")


async def token(bench: Bench) -> Finding:
    """The secret gives a token."""
    app = bench.app
    if not app.secret:
        return skipped("token", "还没有填写密钥")
    heard = bench.note(await bench.line.token())
    bench.date, bench.heard_at = heard.date, clock.now()
    where = (
        "公众平台“设置与开发 > 开发接口管理”" if app.side == "official_account" else "企业微信管理后台该应用的详情页"
    )
    if heard.trouble:
        return unheard("token", heard)
    if bench.blocked_ip is not None:
        return Finding("token", "wrong", "服务器地址不在白名单内，拿不到令牌", "先处理下面的“IP 白名单”")
    if heard.errcode in WRONG_SECRET:
        return refused("token", app, heard, f"到{where}核对或重置密钥，再在本页更新")
    if heard.errcode in UNKNOWN_ACCOUNT:
        what = "AppID" if app.side == "official_account" else "企业 ID"
        return refused("token", app, heard, f"核对 {what}：它建立后不能修改，填错时请重新接入")
    if heard.errcode:
        return refused("token", app, heard)
    bench.token = str(heard.answer.get("access_token") or "")
    if not bench.token:
        return Finding("token", "wrong", "微信的答复里没有令牌", "稍后重新诊断；仍然如此请联系运维")
    return Finding("token", "ok", "密钥有效，令牌正常")


async def ip_list(bench: Bench) -> Finding:
    """No call was refused for where it came from; looked at last, because WeCom asks at each call."""
    if bench.blocked_ip is not None:
        shown = bench.blocked_ip or "（微信没有给出，请向运维询问出口地址）"
        where = "公众平台的“IP 白名单”" if bench.app.side == "official_account" else "该应用的“企业可信 IP”"
        return Finding(
            "ip_list", "wrong", f"微信拒绝了来自 {shown} 的调用", f"把 {shown} 加入{where}，几分钟后重新诊断"
        )
    if not bench.token:
        return skipped("ip_list")
    return Finding("ip_list", "ok", "服务器地址被接受")


async def clock_skew(bench: Bench) -> Finding:
    """Our clock and WeChat's tell the same time, or callbacks would count as stale."""
    if bench.date is None or bench.heard_at is None:
        return skipped("clock", "微信没有答复，无法比较时间")
    skew = bench.heard_at - bench.date
    seconds = abs(round(skew.total_seconds()))
    side = "快" if skew > timedelta(0) else "慢"
    if abs(skew) >= SKEW_WRONG:
        mend = "在服务器上启用时间同步（NTP）；偏差超过 10 分钟时所有回调都会被当作过期拒绝"
        return Finding("clock", "wrong", f"本机时钟{side}了 {seconds} 秒", mend)
    if abs(skew) >= SKEW_NOTE:
        return Finding("clock", "note", f"本机时钟{side}了 {seconds} 秒", "在服务器上启用时间同步（NTP）")
    return Finding("clock", "ok", f"与微信服务器相差 {seconds} 秒")


async def callback(bench: Bench) -> Finding:
    """WeChat has verified the address, and what comes is signed as agreed."""
    mark, now = bench.mark, clock.now()
    verified, received, refused_at = mark.get("verified_at"), mark.get("received_at"), mark.get("refused_at")
    wrong = sum((mark.get("refused") or {}).values())
    if refused_at and refused_at > max(
        filter(None, (verified, received)), default=datetime.min.replace(tzinfo=now.tzinfo)
    ):
        reason = REFUSED.get(str(mark.get("refused_reason")), "内容无法识别")
        mend = "核对微信后台填写的令牌和 EncodingAESKey 与本系统一致；都对而仍被拒绝，可能是有人在试探这个地址"
        return Finding("callback", "wrong", f"最近一次回调被拒绝：{reason}，累计 {wrong} 次", mend)
    if not verified and not received:
        mend = "把本页的回调地址、令牌和 EncodingAESKey 填到微信后台并保存，微信会立即验证"
        return Finding("callback", "note", "还没有收到过微信的验证或回调", mend)
    if received is None:
        return Finding(
            "callback", "note", f"地址已于 {_wall(verified)} 通过验证，还没有收到回调", "在微信里操作一次试试"
        )
    more = f"，累计拒绝过 {wrong} 次" if wrong else ""
    if now - received > QUIET:
        return Finding(
            "callback", "note", f"最近一次回调在 {_wall(received)}，已超过一天{more}", "确认微信后台的回调仍然启用"
        )
    if not settings.get().demo and not settings.get().public_url.startswith("https://"):
        return Finding("callback", "note", "回调正常，但对外地址不是 https", "请运维设置 HUILIU_PUBLIC_URL")
    return Finding("callback", "ok", f"最近一次回调在 {_wall(received)}{more}")


def _wall(moment: datetime | None) -> str:
    return clock.local(moment).strftime("%m-%d %H:%M:%S") if moment else "—"


REFUSED = {
    "signature": "签名不对（令牌不一致）",
    "stale": "时间戳过期（时钟不准或被重放）",
    "receiver": "收件方不是这个账号",
    "ciphertext": "解密失败（EncodingAESKey 不一致）",
    "not_configured": "令牌或 EncodingAESKey 没有填写",
    "plain_refused": "内容没有加密（微信后台选了明文模式）",
    "malformed": "内容残缺",
    "doctype": "内容带有文档类型声明",
    "size": "内容过大",
}
