"""One plain question to the platform for the connection doctor: the code, the sentence and the clock of the answer.

Beside the gateway on purpose: the doctor must see what a guarded call hides (the address in a refusal, its time),
and must ask even while the account is held back. What it hears is never logged whole, for errors may quote a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from kernel import outbound, settings
from wechat.apps import App

ADDRESS = re.compile(r"\bip:?\s+((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]{3,39})")


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, or in `trouble` why there was none (not_sent, not_allowed, timeout, cut, no_json, http_NNN)."""

    errcode: int = 0
    ip: str = ""
    date: datetime | None = None
    trouble: str = ""
    answer: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_fine(self) -> bool:
        """An answer without an error."""
        return not self.trouble and not self.errcode


class Line:
    """The doctor's own connection to one account's platform."""

    def __init__(self, app: App) -> None:
        now = settings.get()
        self.app = app
        self._client = outbound.Client(now.oa_api_url if app.side == "official_account" else now.wecom_api_url)

    async def token(self) -> Heard:
        """Ask for an access token: the stable kind, or WeCom's, which voids nobody's."""
        if self.app.side == "official_account":
            body = {"grant_type": "client_credential", "appid": self.app.receive_id, "secret": self.app.secret}
            return await self.ask("POST", "/cgi-bin/stable_token", body=body)
        params = {"corpid": self.app.receive_id, "corpsecret": self.app.secret}
        return await self.ask("GET", "/cgi-bin/gettoken", params=params)

    async def ask(self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Any = None) -> Heard:
        """One call and what came back."""
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            reply = await self._client.request(method, path, params=params, body=raw)
        except outbound.NotAllowed:
            return Heard(trouble="not_allowed")
        except outbound.NotSent:
            return Heard(trouble="not_sent")
        except outbound.Unclear as error:
            return Heard(trouble="timeout" if error.timed_out else "cut")
        return _understood(reply)

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()


def _understood(reply: outbound.Reply) -> Heard:
    date = _moment(reply.date)
    if reply.status != 200:
        return Heard(trouble=f"http_{reply.status}", date=date)
    try:
        answer = json.loads(reply.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return Heard(trouble="no_json", date=date)
    errcode = answer.get("errcode", 0)
    found = ADDRESS.search(str(answer.get("errmsg", "")))
    return Heard(errcode if isinstance(errcode, int) else -1, found[1] if found else "", date, answer=answer)


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
