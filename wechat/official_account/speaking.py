"""What every subject of the official account stands on: the transport, and short words for its two kinds of call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wechat.endpoints import AccountEndpoints
from wechat.fitting import Fit
from wechat.transport import Answer, Transport, Upload

Row = Mapping[str, Any]


class Speaking:
    """The account's connection, shared by all subjects."""

    _transport: Transport
    _api: AccountEndpoints
    _appid: str
    _secret: str
    _page_url: str
    _picture_url: str

    async def _get(self, path: str, **params: Any) -> Answer:
        return await self._transport.call("GET", path, params=params)

    async def _post(self, path: str, body: Row | None = None, **more: Any) -> Answer:
        return await self._transport.call("POST", path, body=dict(body or {}), **more)

    async def _upload(self, path: str, file: Upload, **params: Any) -> Answer:
        return await self._transport.call("POST", path, params=params, upload=file)

    def _fit(self, path: str) -> Fit:
        return Fit("official_account", path)


def moment(stamp: Any) -> datetime | None:
    """A Unix time of the platform; None for 0 and absence."""
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else None


def without_empty(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in ("", None, ())}
