"""One way out for every call: our hosts only, hard time limits, no redirects, one token renewal, typed faults."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from kernel import logs
from wechat import faults
from wechat.events import Side
from wechat.faults import Blocked, Done, Later, Never, NotSent, Unknown, WeChatFault
from wechat.tokens import Tokens

CONNECT_S = 3
TOTAL_S = 8
ANSWER_BYTES = 16 << 20
CONNECTIONS = 256
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


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part, kept as bytes so that a second attempt sends all of it again."""

    data: bytes
    name: str
    field: str = "media"


class Answer(dict[str, Any]):
    """An answer without error; asking it for something that it should hold and does not is a fault, not a KeyError."""

    def __init__(self, content: Mapping[str, Any], fault: WeChatFault) -> None:
        super().__init__(content)
        self._fault = fault

    def __missing__(self, name: str) -> Any:
        raise self._fault


class Transport:
    """The calls of one side. `base_url` is the only place it reaches; `tokens` is None until `use_tokens`."""

    def __init__(self, side: Side, base_url: str, *, plain_http: bool = False, total_s: float = TOTAL_S) -> None:
        self.side = side
        self._base = URL(base_url.rstrip("/"))
        self._is_safe = _is_safe(self._base, plain_http)
        self._tokens: Tokens | None = None
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=total_s, connect=CONNECT_S, sock_connect=CONNECT_S),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "huiliu"},
        )

    def use_tokens(self, tokens: Tokens) -> None:
        """Sign calls with the tokens of this app."""
        self._tokens = tokens

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

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
        if not self._is_safe or not PATH.fullmatch(path):
            raise self._fault(Blocked, path if PATH.fullmatch(path) else "?", "host_not_allowed")
        return self._base.with_path(self._base.path.rstrip("/") + path)

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
        url = self.address(path)
        sent: dict[str, Any] = {"params": {name: str(value) for name, value in (params or {}).items()}}
        if upload is not None:
            sent["data"] = _form(upload)
        elif body is not None:
            sent["data"] = json.dumps(body, ensure_ascii=False).encode()
            sent["headers"] = {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._session.request(method, url, allow_redirects=False, **sent) as response:
                status, raw = response.status, await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            return self._fault(NotSent, path, "not_connected", after=faults.CONNECT_S)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            timed_out = isinstance(error, (TimeoutError, asyncio.TimeoutError))
            return self._unclear(path, "timeout" if timed_out else "cut")
        if 300 <= status < 500:
            return self._fault(Blocked, path, "redirected" if status < 400 else f"http_{status}", after=faults.MINUTE_S)
        if status >= 500:
            return self._unclear(path, f"http_{status}")
        return _decode(raw) or self._unclear(path, "no_json")

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


def _is_safe(base: URL, plain_http: bool) -> bool:
    if base.user or base.query_string or not base.host:
        return False
    return base.scheme == "https" or (base.scheme == "http" and (plain_http or _is_loopback(base.host)))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _errcode(answer: Mapping[str, Any]) -> int:
    found = answer.get("errcode", 0)
    return int(found) if isinstance(found, int) or str(found).lstrip("-").isdecimal() else -1


def _form(upload: Upload) -> aiohttp.FormData:
    # names go out as plain UTF-8: WeCom does not read the filename* form
    form = aiohttp.FormData(quote_fields=False)
    name = re.sub(r"[^\w.() -]", "_", upload.name) or "file"
    form.add_field(upload.field, upload.data, filename=name, content_type="application/octet-stream")
    return form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts, total = [], 0
    async for part in response.content.iter_chunked(1 << 16):
        total += len(part)
        if total > ANSWER_BYTES:
            raise aiohttp.ClientPayloadError("answer too large")
        parts.append(part)
    return b"".join(parts)


def _decode(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and answer else None
