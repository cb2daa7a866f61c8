"""A lease: one claimed send in the hands of one dispatcher, and how it is put back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community.sending import routing
from kernel import database

LEASE = timedelta(seconds=120)
COLUMNS = (
    "id, key, purpose, channel, client_id, recipient, sender_userid, app, campaign_id, stream_id, step, welcome_code,"
    " attachments, body_sealed, attempts, expires_at"
)
GIVE_WINDOW = """
UPDATE fan SET window_left = least(5, fan.window_left + k.n)
FROM (
  SELECT f.id, b.n FROM fan f JOIN ({back}) b ON b.recipient = f.openid
    AND f.appid = coalesce(nullif(b.app, ''), $1)
  ORDER BY f.id FOR NO KEY UPDATE OF f
) k
WHERE fan.id = k.id
"""  # never more than a window ever holds; in order of id, as the claim locks them: neither waits for the other
RETURNED = "SELECT recipient, app, count(*) AS n FROM back WHERE channel = 'oa_service' GROUP BY recipient, app"
PUT_BACK = """
WITH back AS (
  UPDATE send SET state = 'planned', lease_owner = '', lease_until = NULL, counted_on = NULL, batch_id = NULL
  WHERE {where} RETURNING channel, recipient, app
), restored AS (
  {give_window}
)
SELECT count(*) FROM back
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """One claimed send, with the names of its row; `epoch` is the stream's epoch at the claim (0 without a stream).

    app: the appid or corpid it goes out through, never empty where one is configured.
    consent_seq: the client's number of words on consent when the gate looked.
    """

    id: int
    key: str
    purpose: str
    channel: str
    client_id: int | None
    recipient: str
    sender_userid: str
    app: str
    campaign_id: int | None
    stream_id: int | None
    step: str
    welcome_code: str
    attachments: tuple[dict[str, Any], ...]
    body_sealed: bytes | None
    attempts: int
    expires_at: datetime | None
    epoch: int
    consent_seq: int = 0


def read(row: Mapping[str, Any]) -> Leased:
    """A lease from a row of COLUMNS and epoch."""
    attachments = row["attachments"]
    given = json.loads(attachments) if isinstance(attachments, str) else attachments
    app = routing.of(row["channel"], row["app"])
    return Leased(**{**row, "attachments": tuple(given), "app": app})


def new_owner() -> str:
    """A name that no other dispatcher has."""
    return secrets.token_hex(12)


async def put_back(where: str, *arguments: Any) -> int:
    """Make sends planned again that certainly did not go out, freeing their cap and window slots; returns how many.

    where: SQL over `send` of the caller's own, with arguments from $2 on.
    """
    statement = PUT_BACK.format(where=where, give_window=GIVE_WINDOW.format(back=RETURNED))
    return int(await database.fetch_value(statement, routing.default("official_account"), *arguments))
