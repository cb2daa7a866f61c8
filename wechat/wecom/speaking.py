"""What every subject of WeCom stands on: the transport, and short words for its two kinds of call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wechat.fitting import Fit
from wechat.transport import Answer, Transport

Row = Mapping[str, Any]
PAGES = 10_000
"""No list is longer: a cursor that never ends would be a fault of the other side."""


class Speaking:
    """The app's connection, shared by all subjects."""

    _transport: Transport
    _corpid: str
    _agentid: int
    _secret: str
    _page_url: str
    _scan_url: str

    async def _get(self, path: str, **params: Any) -> Answer:
        return await self._transport.call("GET", f"/cgi-bin/{path}", params=params)

    async def _post(self, path: str, **body: Any) -> Answer:
        return await self._transport.call("POST", f"/cgi-bin/{path}", body=body)

    def _fit(self, path: str) -> Fit:
        return Fit("wecom", f"/cgi-bin/{path}")


def moment(stamp: Any) -> datetime | None:
    """A Unix time of the platform; None for 0 and absence."""
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else None


def stamp(at: datetime) -> int:
    """A moment as the platform takes it."""
    return int(at.timestamp())


def cursor_of(answer: Row) -> str:
    """Where the next page begins; empty at the end."""
    return str(answer.get("next_cursor") or "")


def texts(values: Any) -> tuple[str, ...]:
    """A list of ids as texts; absent is empty."""
    return tuple(str(value) for value in values or ())


def given(**values: Any) -> dict[str, Any]:
    """What was said at all: None leaves a thing as it is."""
    return {name: value for name, value in values.items() if value is not None}
