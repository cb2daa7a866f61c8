"""One way out for every call: our hosts only, hard time limits, no redirects, one token renewal, typed faults."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from yarl import URL

from kernel import logs, outbound
from wechat import faults
from wechat.events import Side
from wechat.faults import Blocked, Done, Later, Never, NotSent, Unknown, WeChatFault
from wechat.tokens import Tokens

STALE_TOKEN = frozenset({40001, 40014, 42001})
SENDS = frozenset(
    {
        "/cgi-bin/message/custom/send",
        "/cgi-bin/message/template/send",
        "/cgi-bin/message/send",
        "/cgi-bin/externalcontact/add_msg_template",
        "/cgi-bin/externalcontact/send_welcome_msg",
        "/cgi-bin/externalcontact/remind_groupmsg_send",
        "/cgi-bin/living/create",
    }
)
"""Calls that do something twice when made twice; all others read or set, and are simply made again."""
_log = logs.get(__name__)
PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+")


Upload = outbound.File


class Answer(dict[str, Any]):
    """An answer without error; asking it for something that it should hold and does not is a fault, not a KeyError."""

    def __init__(self, content: Mapping[str, Any], fault: WeChatFault) -> None:
        super().__init__(content)
        self._fault = fault

    def __missing__(self, name: str) -> Any:
        raise self._fault


class Transport:
    """The calls of one side. `base_url` is the only place it reaches; `tokens` is None until `use_tokens`."""

    def __init__(self, side: Side, base_url: str, *, total_s: float = outbound.TOTAL_S) -> None:
        self.side = side
        self._client = outbound.Client(base_url, total_s=total_s)
        self._tokens: Tokens | None = None

    def use_tokens(self, tokens: Tokens) -> None:
        """Sign calls with the tokens of this app."""
        self._tokens = tokens

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        upload: Upload | None = None,
        signed: bool = True,
    ) -> Answer:
        """The answer of one call, free of error; a WeChatFault otherwise. `path` begins with /cgi-bin or /sns."""
        if not signed or self._tokens is None:
            return self._judge(path, await self._exchange(method, path, params, body, upload))
        token = await self._tokens.current()
        answer = await self._exchange(method, path, {**(params or {}), "access_token": token}, body, upload)
        if _errcode(answer) in STALE_TOKEN:
            token = await self._tokens.renewed(token)
            answer = await self._exchange(method, path, {**(params or {}), "access_token": token}, body, upload)
        return self._judge(path, answer)

    def address(self, path: str) -> URL:
        """Where a path leads; Blocked when that would be anywhere but below our configured host."""
        if PATH.fullmatch(path):
            try:
                return self._client.address(path)
            except outbound.NotAllowed:
                pass
        raise self._fault(Blocked, path if PATH.fullmatch(path) else "?", "host_not_allowed")

    async def _exchange(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: Any, upload: Upload | None
    ) -> dict[str, Any]:
        outcome = await self._try(method, path, params, body, upload)
        # raised here, outside of any except block, so that no library error with the address in it hangs on
        if isinstance(outcome, WeChatFault):
            raise _told(outcome)
        return outcome

    async def _try(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: Any, upload: Upload | None
    ) -> dict[str, Any] | WeChatFault:
        self.address(path)
        written = {name: str(value) for name, value in (params or {}).items()}
        raw = None if body is None or upload else json.dumps(body, ensure_ascii=False).encode()
        try:
            reply = await self._client.request(method, path, params=written, body=raw, file=upload)
        except outbound.NotAllowed:
            return self._fault(Blocked, path, "host_not_allowed")
        except outbound.NotSent:
            return self._fault(NotSent, path, "not_connected", after=faults.CONNECT_S)
        except outbound.Unclear as error:
            return self._unclear(path, "timeout" if error.timed_out else "cut")
        status = reply.status
        if 300 <= status < 500:
            return self._fault(Blocked, path, "redirected" if status < 400 else f"http_{status}", after=faults.MINUTE_S)
        if status >= 500:
            return self._unclear(path, f"http_{status}")
        return _decode(reply.body) or self._unclear(path, "no_json")

    def _judge(self, path: str, answer: dict[str, Any]) -> Answer:
        if _errcode(answer):
            raise _told(faults.of_answer(self.side, path, answer))
        return Answer(answer, self._unclear(path, "incomplete"))

    def _unclear(self, path: str, reason: str) -> WeChatFault:
        if path in SENDS:
            return self._fault(Unknown, path, reason)
        return self._fault(Later, path, reason, after=faults.CONNECT_S)

    def _fault(self, kind: type[WeChatFault], path: str, reason: str, after: float | None = None) -> WeChatFault:
        return kind(side=self.side, api=path, reason=reason, message=MESSAGES.get(reason, UNCLEAR), after=after)


UNCLEAR = "微信没有给出明确答复"
MESSAGES = {
    "not_connected": "无法连接微信服务器",
    "timeout": "微信服务器超时未答复",
    "host_not_allowed": "目标地址不在允许的范围内，请核对接口地址配置",
    "redirected": "微信接口地址被转向，请检查网络出口",
}


def _told(fault: WeChatFault) -> WeChatFault:
    # what concerns one recipient is in the ledger; what concerns the account or is unsure belongs in the log as well
    if not isinstance(fault, (Never, Done)):
        kind, errcode = fault.kind, fault.errcode
        _log.warning("wechat.fault", side=fault.side, api=fault.api, kind=kind, reason=fault.reason, errcode=errcode)
    return fault


def _errcode(answer: Mapping[str, Any]) -> int:
    found = answer.get("errcode", 0)
    return int(found) if isinstance(found, int) or str(found).lstrip("-").isdecimal() else -1


def _decode(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and answer else None
