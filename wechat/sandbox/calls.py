"""One API call on its way through the sandbox, the error it may end in, and the row that binds a path to a handler."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.config import AgentConfig
from wechat.sandbox.corps import Corp, Member
from wechat.sandbox.world import World


class Problem(Exception):
    """The call ends with an errcode; `extra` goes into the answer beside it."""

    def __init__(self, errcode: int, errmsg: str = "", **extra: Any) -> None:
        super().__init__(errmsg or f"sandbox error {errcode}")
        self.errcode, self.errmsg, self.extra = errcode, str(self), extra


@dataclass(slots=True)
class Answer:
    """An answer that isn't JSON: a page, an image, a redirect."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """What a handler sees: the world, the query, the body, and the app whose token came with it."""

    world: World
    path: str
    query: dict[str, str]
    raw: bytes
    content_type: str
    ip: str = "127.0.0.1"
    account_: Account | None = None
    corp_: Corp | None = None
    agent_: AgentConfig | None = None
    body_: dict[str, Any] | None = None
    base: str = ""
    cookies: str = ""

    @property
    def account(self) -> Account:
        """The official account that the token belongs to."""
        assert self.account_ is not None
        return self.account_

    @property
    def corp(self) -> Corp:
        """The corp that the token belongs to."""
        assert self.corp_ is not None
        return self.corp_

    @property
    def agent(self) -> AgentConfig:
        """The app that the token belongs to."""
        assert self.agent_ is not None
        return self.agent_

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body; 47001 when it isn't an object."""
        if self.body_ is None:
            try:
                found = json.loads(self.raw)
            except ValueError:
                raise Problem(47001, "data format error") from None
            if not isinstance(found, dict):
                raise Problem(47001, "data format error")
            self.body_ = found
        return self.body_

    def text(self, name: str, errcode: int = 40058) -> str:
        """A required text of the body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Problem(errcode, f"missing {name}")
        return value

    def number(self, name: str, default: int, most: int, errcode: int = 40058) -> int:
        """A whole number of the body between 1 and `most`; absent or 0 means the default."""
        value = self.body.get(name) or default
        if not isinstance(value, int) or not 1 <= value <= most:
            raise Problem(errcode, f"invalid {name}")
        return value

    def names(self, name: str, most: int, errcode: int = 40058) -> list[str]:
        """A list of texts of the body, possibly absent, of at most `most` entries."""
        value = self.body.get(name) or []
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
            raise Problem(errcode, f"invalid {name}")
        return value

    def member(self, userid: str) -> Member:
        """A present member of the corp; 60111 otherwise."""
        found = self.corp.member(userid)
        if found is None:
            raise Problem(60111, "userid not found")
        return found


Handler = Callable[[Call], dict[str, Any] | Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the API: its method, its handler, whether a token is needed and which capability."""

    path: str
    method: str
    handler: Handler
    token: bool = True
    capability: str = ""


def get(path: str, handler: Handler, token: bool = True, capability: str = "") -> Endpoint:
    """A row of an endpoint table for GET."""
    return Endpoint(path, "GET", handler, token, capability)


def post(path: str, handler: Handler, token: bool = True, capability: str = "") -> Endpoint:
    """A row of an endpoint table for POST."""
    return Endpoint(path, "POST", handler, token, capability)


def either(path: str, handler: Handler, token: bool = True) -> Endpoint:
    """A row of an endpoint table for a path that takes GET and POST alike."""
    return Endpoint(path, "GET|POST", handler, token)


def page(items: list[Any], cursor: str, limit: int) -> tuple[list[Any], str]:
    """(one page, next cursor or "") of a list."""
    start = place(cursor)
    end = start + limit
    return items[start:end], cursor_for(end) if end < len(items) else ""


def place(cursor: str) -> int:
    """The place in a list that a cursor stands for; 40058 when it isn't one of ours."""
    if not cursor:
        return 0
    if not cursor.startswith("c") or not cursor[1:].isdecimal():
        raise Problem(40058, "invalid cursor")
    return int(cursor[1:])


def cursor_for(start: int) -> str:
    """The cursor for a place; opaque to callers."""
    return f"c{start}"
