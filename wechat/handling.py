"""What an error code asks of us beside its class: another try at once, a hold of the API or of the whole app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from kernel import clock
from wechat import faults
from wechat.events import Side

AGAIN = 3
"""Tries after the first one, where the platform refused for the moment and certainly did nothing."""
ACCOUNT_PAUSES = (60.0, 120.0, 300.0, 900.0, 1800.0)
TROUBLE_PAUSES = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
TROUBLE_AT = 10
"""So many calls of one API in a row without an answer, and the next ones wait."""
SLOWED_S = 600.0
WHOLE_APP = {
    "official_account": frozenset({40001, 40014, 42001, 40013, 40125, 40164, 40243, 61004, 61024}),
    "wecom": frozenset({40001, 40014, 42001, 40013, 60020}),
}
"""No call of this app can work until somebody mends the account."""
ONE_API = frozenset({48001, 48002, 48004, 84074, 301002, 701008})
"""This API can't work until somebody opens it; other settings' faults concern one template, member or page."""
AGAIN_CODES = frozenset({6000, 45033})
CROWDED = 45033


@dataclass(frozen=True, slots=True)
class Hold:
    """A rest for one API or (api *) the whole app. pauses: seconds at the first, second, … time in a row."""

    api: str
    kind: Literal["quota", "account", "trouble"]
    pauses: tuple[float, ...]
    slows: bool = False


def hold_for(api: str, fault: faults.WeChatFault) -> Hold | None:
    """The hold that a fault of a call asks for; None when only the one call is concerned."""
    code, group = fault.errcode, _group(fault.side, fault.errcode)
    if code is None or code == 43117:
        return None
    if group == "quota_day":
        return Hold(api, "quota", (until_midnight(),))
    if group == "quota_min":
        slow = fault.side == "official_account"
        return Hold(api, "quota", (60.0,) if slow else (60.0, 3600.0), slows=slow)
    if group in ("token", "config") and code in WHOLE_APP[fault.side]:
        return Hold("*", "account", ACCOUNT_PAUSES)
    return Hold(api, "account", ACCOUNT_PAUSES) if group == "config" and code in ONE_API else None


def is_trouble(fault: faults.WeChatFault) -> bool:
    """Whether no clear answer came: the platform or the way there is in trouble."""
    return fault.errcode is None and isinstance(fault, (faults.Later, faults.Unknown))


def tries_again(fault: faults.WeChatFault) -> bool:
    """Whether the same call may be made again at once: it was refused for the moment, so nothing was done."""
    return fault.errcode in AGAIN_CODES and _group(fault.side, fault.errcode) == "retry"


def until_midnight() -> float:
    """Seconds until the day's quotas come back, at midnight in Shanghai."""
    midnight = clock.day_bounds(clock.today())[1]
    return max((midnight - clock.now()) / timedelta(seconds=1), 1.0)


def _group(side: Side, errcode: int | None) -> str:
    return faults.code(side, errcode).group if errcode is not None else ""
