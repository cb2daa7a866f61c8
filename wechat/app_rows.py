"""Rows of `wechat_app` with their secrets opened: what the console says of an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel import database, logs, sealing
from wechat.events import Side

TABLE = "wechat_app"
SECRETS = ("secret", "token", "aes_key", "aes_previous")
READ = """
SELECT id, side, receive_id, agentid, name, slug, original_id, mode, body_format, template_id, is_primary, paused_at,
  aes_previous_until, secret_sealed, token_sealed, aes_key_sealed, aes_previous_sealed
FROM wechat_app ORDER BY id
"""
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class AppRow:
    """One row, opened."""

    id: int
    side: Side
    receive_id: str
    agentid: int
    name: str
    slug: str
    original_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    aes_previous: str = field(default="", repr=False)
    aes_previous_until: datetime | None = None
    mode: str = "safe"
    body_format: str = "xml"
    template_id: str = ""
    is_primary: bool = False
    paused_at: datetime | None = None

    @property
    def key(self) -> str:
        """Side, account and agent, as apps.key_of."""
        return f"{self.side}:{self.receive_id}:{self.agentid}"


async def read() -> tuple[AppRow, ...]:
    """All rows, oldest first."""
    return tuple(_opened(row) for row in await database.fetch(READ))


def seal(name: str, text: str, row_id: int) -> bytes:
    """One of SECRETS sealed for its place."""
    return sealing.seal(text, table=TABLE, column=name, row=row_id)


def _opened(row: database.Row) -> AppRow:
    opened: dict[str, Any] = {name: _open(name, row.pop(f"{name}_sealed"), row["id"]) for name in SECRETS}
    return AppRow(**row, **opened)


def _open(name: str, blob: bytes | None, row_id: int) -> str:
    if not blob:
        return ""
    try:
        return sealing.unseal(blob, table=TABLE, column=name, row=row_id)
    except sealing.Unreadable:
        # the account counts as not configured, which the page shows; the others go on
        _log.warning("account.unreadable", row=row_id, secret=name)
        return ""
