"""A lease: one claimed send in the hands of one dispatcher, and how it is put back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel import database, settings

LEASE = timedelta(seconds=120)
WINDOW_LARGEST = 5
COLUMNS = (
    "id, key, purpose, channel, client_id, recipient, sender_userid, campaign_id, stream_id, step, welcome_code,"
    " attachments, body_sealed, attempts, expires_at"
)
PUT_BACK = """
WITH back AS (
  UPDATE send SET state = 'planned', lease_owner = '', lease_until = NULL, counted_on = NULL, batch_id = NULL
  WHERE {where} RETURNING channel, recipient
), restored AS (
  UPDATE fan SET window_left = least({largest}, fan.window_left + b.n)
  FROM (SELECT recipient, count(*) AS n FROM back WHERE channel = 'oa_service' GROUP BY recipient) b
  WHERE fan.appid = $1 AND fan.openid = b.recipient
)
SELECT count(*) FROM back
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """One claimed send, with the names of its row; `epoch` is the stream's epoch at the claim (0 without a stream)."""

    id: int
    key: str
    purpose: str
    channel: str
    client_id: int | None
    recipient: str
    sender_userid: str
    campaign_id: int | None
    stream_id: int | None
    step: str
    welcome_code: str
    attachments: tuple[dict[str, Any], ...]
    body_sealed: bytes | None
    attempts: int
    expires_at: datetime | None
    epoch: int


def read(row: Mapping[str, Any]) -> Leased:
    """A lease from a row of COLUMNS and epoch."""
    attachments = row["attachments"]
    given = json.loads(attachments) if isinstance(attachments, str) else attachments
    return Leased(**{**row, "attachments": tuple(given)})


def new_owner() -> str:
    """A name that no other dispatcher has."""
    return secrets.token_hex(12)


async def put_back(where: str, *arguments: Any) -> int:
    """Make sends planned again that certainly did not go out, freeing their cap and window slots; returns how many.

    where: SQL over `send` of the caller's own, with arguments from $2 on.
    """
    statement = PUT_BACK.format(where=where, largest=WINDOW_LARGEST)
    return int(await database.fetch_value(statement, settings.get().oa_appid, *arguments))
