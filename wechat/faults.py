"""Every way in which a call to WeChat ends without success, said once in words that the ledger can act on.

    Later     try again after some seconds            NotSent   a Later: the call certainly did not leave
    Never     this recipient or content won't work    Blocked   hold the account: configuration or quota
    Done      it was done before: treat as success    Unknown   a send left and no clear answer came: reconcile

A fault holds names, numbers and a Chinese message for staff; no token, secret, address or client: it may be logged.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any

from kernel import clock, errors
from wechat.events import Side

BUSY_S = 4.0
BUSY = -1
BUSY_PAUSES = (1.0, 4.0, 15.0)
"""After which seconds a busy platform is asked again; then the call is given up, for a send can't be told apart."""
POLL_S = 10.0
MINUTE_S = 60.0
RECIPIENT_PAUSE_S = 3 * 3600.0
CONNECT_S = 5.0
SHORT_SIDE = {"official_account": "oa", "wecom": "wecom"}
KEPT = ("msgid", "msg_id", "fail_list", "invaliduser")
"""What a refusing answer may say that the caller needs."""


class WeChatFault(Exception):  # the names are the vocabulary of the ledger
    """The common shape; `reason` is a stable word, `message` is for staff, `details` holds what a refusal told us."""

    kind = "fault"

    def __init__(
        self,
        *,
        side: Side,
        api: str,
        errcode: int | None = None,
        reason: str = "",
        message: str = "",
        after: float | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        Exception.__init__(self, f"{self.kind} {side} {api} {errcode if errcode is not None else '-'} {reason}")
        self.side: Side = side
        self.api = api
        self.errcode = errcode
        self.reason = reason
        self.message = message
        self.details = dict(details or {})
        self.pause = after

    def __reduce__(self) -> tuple[Any, ...]:
        given = {"side": self.side, "api": self.api, "errcode": self.errcode, "reason": self.reason}
        return _again, (type(self), {**given, "message": self.message, "after": self.pause, "details": self.details})


class Later(WeChatFault, errors.Later):
    """Try again after `after` seconds; nothing was done."""

    kind = "later"

    @property
    def after(self) -> float:  # type: ignore[override]  # errors.Later keeps it as a plain attribute
        """Seconds to wait."""
        return self.pause if self.pause is not None else BUSY_S

    def after_try(self, attempts: int) -> float | None:
        """Seconds until the next try when `attempts` were made before this one; None: it was the last."""
        if self.errcode != BUSY:
            return self.after
        return BUSY_PAUSES[attempts] if attempts < len(BUSY_PAUSES) else None


class NotSent(Later):
    """The connection was never made: certainly not sent."""

    kind = "not_sent"


class Never(WeChatFault):
    """It won't work for this recipient or with this content, however often it is tried."""

    kind = "never"


class Blocked(WeChatFault):
    """Nothing works for this account now: `after` seconds (quota), or until somebody mends it (None)."""

    kind = "blocked"

    @property
    def after(self) -> float | None:
        """Seconds until the quota comes back; None: a person must act."""
        return self.pause


class Done(WeChatFault):
    """It had been done before, by us or by another app: count it as success."""

    kind = "done"


class Unknown(WeChatFault):
    """The request left and no clear answer came: never repeat it blindly, ask WeChat what it knows."""

    kind = "unknown"


@dataclass(frozen=True, slots=True)
class Code:
    """One error code of one side."""

    side: str
    code: int
    group: str
    reason: str
    message: str


def of_answer(side: Side, api: str, answer: Mapping[str, Any]) -> WeChatFault:
    """The fault that an answer with errcode other than 0 stands for."""
    errcode = int(answer.get("errcode", 0))
    known = code(side, errcode)
    group, reason = known.group, known.reason
    details = {name: answer[name] for name in KEPT if name in answer}
    given: dict[str, Any] = {"side": side, "api": api, "errcode": errcode, "reason": reason, "message": known.message}
    given["details"] = details
    if group == "done":
        return Done(**given)
    if errcode == 43117:
        return Later(**given, after=RECIPIENT_PAUSE_S)
    if group in ("retry", "async"):
        return Later(**given, after=MINUTE_S if errcode == 45066 else BUSY_S if group == "retry" else POLL_S)
    if group == "quota_min":
        return Blocked(**given, after=MINUTE_S)
    if group == "quota_day":
        return Blocked(**given, after=_until_midnight())
    return Blocked(**given) if group in ("token", "config") else Never(**given)


def code(side: Side, errcode: int) -> Code:
    """What is known of an error code; an unlisted one concerns the one call that met it."""
    table = codes()
    found = table.get((SHORT_SIDE[side], errcode)) or table.get(("both", errcode))
    return found or Code(SHORT_SIDE[side], errcode, "unlisted", "unlisted", f"微信返回错误 {errcode}")


@functools.lru_cache(maxsize=1)
def codes() -> dict[tuple[str, int], Code]:
    """All listed codes by side (oa, wecom, both) and number."""
    rows = json.loads(resources.files("wechat").joinpath("errcodes.json").read_text(encoding="utf-8"))
    listed = [Code(row["side"], row["code"], row["class"], row["reason"], row["message"]) for row in rows]
    return {(one.side, one.code): one for one in listed}


def _until_midnight() -> float:
    midnight = clock.day_bounds(clock.today())[1]
    return max((midnight - clock.now()) / timedelta(seconds=1), 1.0)


def _again(kind: type[WeChatFault], given: dict[str, Any]) -> WeChatFault:
    return kind(**given)
