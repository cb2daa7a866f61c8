"""One way out for every call: our hosts only, hard time limits, no redirects, one token renewal, typed faults."""

from __future__ import annotations

import asyncio
import functools
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yarl import URL

from kernel import logs, outbound
from wechat import faults, handling
from wechat.events import Side
from wechat.faults import Blocked, Done, Later, Never, NotSent, Unknown, WeChatFault
from wechat.guarding import Guard
from wechat.tokens import Tokens

AGAIN_S = 0.2
STALE_TOKEN = frozenset({40001, 40014, 42001})
SENDS = frozenset(
    {
        "/cgi-bin/message/custom/send",
        "/cgi-bin/message/template/send",
        "/cgi-bin/message/send",
        "/cgi-bin/message/mass/send",
        "/cgi-bin/message/mass/sendall",
        "/cgi-bin/message/mass/preview",
        "/cgi-bin/message/subscribe/bizsend",
        "/cgi-bin/message/update_template_card",
        "/cgi-bin/freepublish/submit",
        "/cgi-bin/clear_quota",
        "/cgi-bin/externalcontact/add_msg_template",
        "/cgi-bin/externalcontact/add_moment_task",
        "/cgi-bin/externalcontact/add_contact_way",
        "/cgi-bin/externalcontact/groupchat/add_join_way",
        "/cgi-bin/externalcontact/customer_acquisition/create_link",
        "/cgi-bin/externalcontact/send_welcome_msg",
        "/cgi-bin/externalcontact/remind_groupmsg_send",
        "/cgi-bin/living/create",
    }
)
"""Calls that do something twice when made twice; all others read or set, and are simply made again."""
_log = logs.get(__name__)
PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+")


Upload = outbound.File


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as its verb said it: what a second try says again, whole."""

    method: str
    path: str
    params: Mapping[str, Any]
    body: Any
    upload: Upload | None
    binary: bool


class Answer(dict[str, Any]):
    """An answer without error; asking it for something that it should hold and does not is a fault, not a KeyError."""

    def __init__(self, content: Mapping[str, Any], incomplete: Callable[[], WeChatFault]) -> None:
        super().__init__(content)
        self._incomplete = incomplete

    def __missing__(self, name: str) -> Any:
        raise self._incomplete()


class Transport:
    """The calls of one side. `base_url` is the only place it reaches; `tokens` is None until `use_tokens`."""

    def __init__(self, side: Side, base_url: str, *, total_s: float = outbound.TOTAL_S) -> None:
        self.side = side
        self._client = outbound.Client(base_url, total_s=total_s)
        self._tokens: Tokens | None = None
        self.guard: Guard | None = None

    def use_tokens(self, tokens: Tokens) -> None:
        """Sign calls with the tokens of this app, and guard them as its own."""
        self._tokens = tokens
        self.guard = Guard(self.side, tokens.app)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self.guard is not None:
            await self.guard.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        upload: Upload | None = None,
        signed: bool = True,
        binary: bool = False,
    ) -> Answer:
        """The answer of one call, free of error; a WeChatFault otherwise. `path` begins with /cgi-bin or /sns.

        binary: the answer may be a file, which is then found under `content`.
        """
        asked = Asked(method, path, params or {}, body, upload, binary)
        if self.guard is None:
            return self._judge(path, await self._exchange(asked))
        if not signed or self._tokens is None:
            return await self._counted(self.guard, asked)
        for left in reversed(range(handling.AGAIN + 1)):
            try:
                return await self._guarded(self.guard, self._tokens, asked)
            except WeChatFault as fault:
                if not left or not handling.tries_again(fault):
                    raise
            # nothing was done: the platform asks for fewer at once, and the spread keeps those refused apart
            spread = 0.5 + random.random()  # nosemgrep: no-chance-where-secrets-are-made
            await asyncio.sleep(AGAIN_S * (handling.AGAIN - left + 1) * spread)
        raise AssertionError("the last try answers or raises")

    async def _guarded(self, guard: Guard, tokens: Tokens, asked: Asked) -> Answer:
        began = await guard.enter(asked.path)
        try:
            answer = await self._signed(tokens, asked)
        except WeChatFault as fault:
            await guard.leave(asked.path, began, fault)
            raise
        except BaseException:
            guard.crowd.leave(asked.path)
            raise
        await guard.leave(asked.path, began, None)
        return answer

    async def _signed(self, tokens: Tokens, asked: Asked) -> Answer:
        token = await tokens.current()
        answer = await self._exchange(asked, token)
        if _errcode(answer) in STALE_TOKEN:
            answer = await self._exchange(asked, await tokens.renewed(token))
        return self._judge(asked.path, answer)

    async def _counted(self, guard: Guard, asked: Asked) -> Answer:
        # a token's fetch, a sign-in: what holds the app must not keep its own remedy away
        began = time.perf_counter()
        try:
            answer = self._judge(asked.path, await self._exchange(asked))
        except WeChatFault as fault:
            guard.count(asked.path, began, fault)
            raise
        guard.count(asked.path, began, None)
        return answer

    def address(self, path: str) -> URL:
        """Where a path leads; Blocked when that would be anywhere but below our configured host."""
        if PATH.fullmatch(path):
            try:
                return self._client.address(path)
            except outbound.NotAllowed:
                pass
        raise self._fault(Blocked, path if PATH.fullmatch(path) else "?", "host_not_allowed")

    async def _exchange(self, asked: Asked, token: str = "") -> dict[str, Any]:
        outcome = await self._try(asked, token)
        # raised here, outside of any except block, so that no library error with the address in it hangs on
        if isinstance(outcome, WeChatFault):
            raise _told(outcome)
        return outcome

    async def _try(self, asked: Asked, token: str) -> dict[str, Any] | WeChatFault:
        path = asked.path
        self.address(path)
        written = {name: str(value) for name, value in asked.params.items()}
        written |= {"access_token": token} if token else {}
        raw = None if asked.body is None or asked.upload else json.dumps(asked.body, ensure_ascii=False).encode()
        try:
            reply = await self._client.request(asked.method, path, params=written, body=raw, file=asked.upload)
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
        if asked.binary and reply.body and reply.body.lstrip()[:1] != b"{":
            return {"content": reply.body}
        return _decode(reply.body) or self._unclear(path, "no_json")

    def _judge(self, path: str, answer: dict[str, Any]) -> Answer:
        if _errcode(answer):
            raise _told(faults.of_answer(self.side, path, answer))
        return Answer(answer, functools.partial(self._unclear, path, "incomplete"))

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
