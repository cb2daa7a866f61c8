"""What the connection doctor writes down of one check, and the sentences that several checks share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from wechat import faults
from wechat.apps import App
from wechat.hearing import Heard, Line

Verdict = Literal["ok", "note", "wrong", "skipped"]
TITLES = {
    "settings": "账号资料",
    "token": "接口令牌",
    "ip_list": "IP 白名单",
    "secret_kind": "密钥类型",
    "permission": "接口权限",
    "visible_range": "可见范围",
    "clock": "服务器时钟",
    "callback": "回调接收",
    "quota": "调用额度",
}
TROUBLES = {
    "not_sent": "连不上微信服务器",
    "not_allowed": "接口地址不在本系统允许的范围内",
    "timeout": "微信服务器超时没有答复",
    "cut": "连接在答复前被切断",
    "no_json": "收到的不是微信接口的答复，可能被网络设备改写",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its verdict, what was seen, and what to do about it (empty when nothing)."""

    check: str
    verdict: Verdict
    reason: str
    mend: str = ""

    def kept(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)


@dataclass(slots=True)
class Bench:
    """What the checks of one run share: the account, the line, and what was heard first."""

    app: App
    line: Line
    mark: dict[str, Any]
    token: str = ""
    blocked_ip: str | None = None
    date: datetime | None = None
    heard_at: datetime | None = None

    def note(self, heard: Heard) -> Heard:
        """Keep from an answer what later checks need: a refused address (may be empty when the platform hid it)."""
        if heard.errcode in (40164, 60020):
            self.blocked_ip = heard.ip
        return heard

    async def signed(self, method: str, path: str, body: Any = None, **params: str) -> Heard:
        """One call with the token."""
        return self.note(await self.line.ask(method, path, params={"access_token": self.token, **params}, body=body))


def unheard(check: str, heard: Heard) -> Finding:
    """There was no answer at all."""
    reason = TROUBLES.get(heard.trouble) or f"微信服务器答复异常（HTTP {heard.trouble.removeprefix('http_')}）"
    return Finding(check, "wrong", reason, "检查服务器到微信接口地址的网络、代理和 DNS，然后重新诊断")


def refused(check: str, app: App, heard: Heard, mend: str = "") -> Finding:
    """The platform answered with a code of which the list of codes knows the meaning."""
    known = faults.code(app.side, heard.errcode)
    return Finding(check, "wrong", f"{known.message}（错误码 {heard.errcode}）", mend or "按错误说明处理后重新诊断")


def skipped(check: str, reason: str = "没有拿到接口令牌，无法检查") -> Finding:
    """It could not be looked at."""
    return Finding(check, "skipped", reason)
