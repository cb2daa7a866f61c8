"""What each verb of the gateway says and reads: a table for the two tests beside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.wechat.loopback import Loopback

TOKENS = ("/cgi-bin/stable_token", "/cgi-bin/gettoken")


@dataclass(frozen=True)
class Verb:
    """Calling `call` on a door says `method path` with at least `says`; the answer reads as `reads`."""

    call: Callable[[Any], Any]
    path: str
    says: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    reads: Any = None
    method: str = "POST"

    def __str__(self) -> str:
        return self.path.rsplit("/cgi-bin/", 1)[-1].replace("/", ".")


async def holds(verb: Verb, platform: Loopback, door: Any) -> None:
    """Make the call and compare both ways."""
    platform.answer(verb.path, {"errcode": 0, "errmsg": "ok", **verb.answer})
    got = await verb.call(door)
    seen = [one for one in platform.seen if one.path not in TOKENS]
    assert [(one.method, one.path) for one in seen] == [(verb.method, verb.path)]
    said: dict[str, Any] = {name: value for name, value in seen[0].query.items() if name != "access_token"}
    if verb.method == "POST" and seen[0].body[:1] == b"{":
        said |= json.loads(seen[0].body)
    assert {name: said.get(name) for name in verb.says} == verb.says
    assert seen[0].query["access_token"]
    assert got == verb.reads
