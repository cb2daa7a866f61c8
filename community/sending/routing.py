"""Through which official account or corp a message goes: decided when it is planned, from who it is for."""

from __future__ import annotations

from wechat import accounts
from wechat.events import Side
from wechat.faults import Blocked

# the newest relation of the same person: an openid or external id alone may exist in several accounts
OF_RECIPIENT = """
CASE
  WHEN {channel} LIKE 'oa\\_%' THEN (
    SELECT f.appid FROM fan f WHERE f.openid = {recipient} AND ({client}::bigint IS NULL OR f.client_id = {client})
    ORDER BY f.subscribed DESC, f.subscribed_at DESC NULLS LAST, f.id DESC LIMIT 1)
  WHEN {channel} IN ('wecom_message', 'wecom_welcome') THEN (
    SELECT k.corpid FROM contact k
    WHERE k.external_userid = {recipient} AND ({client}::bigint IS NULL OR k.client_id = {client})
      AND {sender} IN ('', k.userid)
    ORDER BY (k.ended_at IS NULL) DESC, k.added_at DESC NULLS LAST, k.id DESC LIMIT 1)
  WHEN {channel} = 'wecom_group' THEN (
    SELECT g.corpid FROM client_group g WHERE g.chat_id = {recipient} ORDER BY g.id DESC LIMIT 1)
  ELSE (SELECT s.wecom_corpid FROM staff s WHERE s.wecom_userid = {recipient})
END
"""


def side_of(channel: str) -> Side:
    """On which side of WeChat a channel is."""
    return "official_account" if channel.startswith("oa_") else "wecom"


def default(side: Side) -> str:
    """The account of a row that names none: the primary one; "" when the side has none."""
    try:
        return accounts.primary(side).receive_id
    except Blocked:
        return ""


def of(channel: str, app: str) -> str:
    """The account of a send whose row says `app`."""
    return app or default(side_of(channel))


def defaults() -> list[str]:
    """The primary accounts, for SQL over rows that name none."""
    return [found for side in accounts.SIDES if (found := default(side))]
