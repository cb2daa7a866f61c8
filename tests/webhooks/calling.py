"""WeChat's part of a callback in tests: bodies sealed by the sandbox's code, posted to the intake in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from kernel import settings
from webhooks.intake import Intake
from wechat.sandbox.callbacks import bodies, wrapping
from wechat.sandbox.callbacks.wrapping import Flaws, Receiver
from wechat.sandbox.client import Sandbox

PATHS = {"oa": "/callbacks/official_account", "wecom": "/callbacks/wecom"}


async def nothing_here(scope: Any, receive: Any, send: Any) -> None:
    """The application behind the intake."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


def account() -> Receiver:
    """Our official account as WeChat's console knows it."""
    now = settings.get()
    keys = (now.oa_token, now.oa_aes_key, now.oa_appid)
    return Receiver("oa", f"oa:{now.oa_appid}", "x", *keys, now.oa_original_id)


def corp() -> Receiver:
    """Our WeCom app as WeCom's console knows it."""
    now = settings.get()
    keys = (now.wecom_token, now.wecom_aes_key, now.wecom_corpid)
    return Receiver("wecom", f"wx:{now.wecom_corpid}", "x", *keys, now.wecom_corpid, agentid=now.wecom_agentid)


@dataclass
class Caller:
    """Calls the intake as WeChat would."""

    intake: Intake = field(default_factory=lambda: Intake(nothing_here))

    async def send(
        self, method: str, path: str, query: dict[str, str] | str = "", body: bytes = b""
    ) -> tuple[int, bytes]:
        """One request; (status, body)."""
        text = query if isinstance(query, str) else urlencode(query)
        scope = {"type": "http", "method": method, "path": path, "query_string": text.encode(), "headers": []}
        parts = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.intake(scope, receive, send)
        return sent[0]["status"], sent[1]["body"]

    async def tell(self, receiver: Receiver, plaintext: str, flaws: Flaws | None = None) -> tuple[int, bytes]:
        """One try of a callback, with a nonce and a ciphertext of its own."""
        query, body = wrapping.wrap(receiver, plaintext, "", time.time(), flaws)
        return await self.send("POST", PATHS[receiver.side], query, body.encode())

    async def account_event(self, openid: str, at: int | None = None, **event: Any) -> tuple[int, bytes]:
        """An event or message of the official account."""
        fields = bodies.oa_event(account().to_user, openid, at or int(time.time()), event)
        return await self.tell(account(), bodies.write_xml(fields))

    async def corp_event(self, at: int | None = None, **event: Any) -> tuple[int, bytes]:
        """An event of WeCom."""
        fields = bodies.wecom_event(corp().receive_id, at or int(time.time()), event)
        return await self.tell(corp(), bodies.write_xml(fields))

    async def deliver(self, sandbox: Sandbox, seen: set[int]) -> int:
        """Bring what the sandbox has to tell (oldest first) to the intake; how many callbacks. `seen` is kept by id."""
        rows = sorted(await sandbox.callbacks(limit=1000), key=lambda row: row["id"])
        fresh = [row for row in rows if row["id"] not in seen]
        for row in fresh:
            seen.add(row["id"])
            status, _ = await self.tell(account() if row["app"].startswith("oa:") else corp(), row["plaintext"])
            assert status == 200
        return len(fresh)
