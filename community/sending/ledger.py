"""The door into the send ledger: plan one message; many are planned by one INSERT ... SELECT of the caller.

Planning many: insert BULK_COLUMNS into `send`, `ON CONFLICT (key) DO NOTHING`; all other columns have defaults. The
text of such rows comes at send time from the renderer registered for the beginning of their key (`rendering.register`).
Afterwards wake `tasks.dispatch_stream.later(stream_id)`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from community.sending import attachments as attaching
from community.sending import routing, tasks
from community.sending.models import CHANNELS, Send
from kernel import clock, database, records, sealing
from kernel.database import transaction
from wechat.shapes import Attachment

BULK_COLUMNS = (
    "key",
    "purpose",
    "channel",
    "client_id",
    "recipient",
    "sender_userid",
    "app",
    "campaign_id",
    "stream_id",
    "step",
    "attachments",
    "due_at",
    "expires_at",
)
"""What a set-based plan fills in; attachments is jsonb in the form of `attachments.to_rows` ('[]' for none)."""
PURPOSES = ("marketing", "service")
_ACCOUNT = routing.OF_RECIPIENT.format(channel="$3::text", recipient="$6::text", client="$5", sender="$7::text")
INSERT = f"""
INSERT INTO send (id, key, purpose, channel, client_id, recipient, sender_userid, stream_id, step, attachments,
                  due_at, expires_at, body_sealed, welcome_code, app)
SELECT given.*, coalesce(nullif($15::text, ''), {_ACCOUNT}, '')
FROM (SELECT $1::bigint, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::text, $8::bigint, $9::text,
  $10::jsonb, $11::timestamptz, $12::timestamptz, $13::bytea, $14::text) given
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  # only constants are filled in


async def plan(
    *,
    key: str,
    purpose: str,
    channel: str,
    recipient: str,
    text: str,
    client_id: int | None = None,
    sender_userid: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    stream_id: int | None = None,
    step: str = "",
    attachments: Sequence[Attachment | Mapping[str, Any]] = (),
    welcome_code: str = "",
    app: str = "",
) -> Send:
    """Plan one message, once: for a key that is known already, the first send is returned unchanged.

    recipient: openid (oa_*), external id (wecom_message, wecom_welcome), chat id (wecom_group), userid (staff_message).
    app: appid or corpid that it goes out through; without one it is found by the recipient.
    due_at: not before (now when None). text: for oa_template the first line is the title, the rest the remark.
    """
    if purpose not in PURPOSES or channel not in CHANNELS:
        raise ValueError(f"unknown purpose or channel: {purpose}, {channel}")
    (send_id,) = await records.reserve_ids("send", 1)
    due = due_at or clock.now()
    async with transaction():
        is_new = await database.execute(
            INSERT,
            *(send_id, key, purpose, channel, client_id, recipient, sender_userid, stream_id, step),
            json.dumps(attaching.to_rows(attachments), ensure_ascii=False),
            due,
            expires_at,
            sealing.seal(text, table="send", column="body_sealed", row=send_id),
            welcome_code,
            app,
        )
        if is_new and due <= clock.now():
            _wake(stream_id)
    return await Send.get(key=key)


def body_of(send: Send) -> str:
    """What was said, opened; empty before a bulk send has been rendered."""
    if send.body_sealed is None:
        return ""
    return sealing.unseal(bytes(send.body_sealed), table="send", column="body_sealed", row=send.id)


def _wake(stream_id: int | None) -> None:
    if stream_id is None:
        tasks.dispatch_urgent.later()
    else:
        tasks.dispatch_stream.later(stream_id)
