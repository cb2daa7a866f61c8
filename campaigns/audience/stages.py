"""The five stages of a client's life, by dated rules and not by a model: each can be read off the client's own rows.

lost: no assets left that once were there, or no tie left that once was, without assets. loyal: assets now, and two
accounts or 180 days of them. deciding: assets now. interested: did something within 90 days. aware: everybody else.
"""

from __future__ import annotations

NAMES = {
    "aware": "认知",
    "interested": "兴趣",
    "deciding": "决策",
    "loyal": "忠诚",
    "lost": "流失",
}
LOYAL_DAYS = 180
INTERESTED_DAYS = 90
ACCOUNTS = 2

_LATEST = """COALESCE((SELECT day.total_fen FROM client_day day WHERE day.client_id = c.id
    ORDER BY day.day DESC LIMIT 1), 0)"""
STAGE = f"""CASE
  WHEN {_LATEST} > 0 THEN CASE
    WHEN (SELECT count(*) FROM account WHERE account.client_id = c.id) >= {ACCOUNTS} OR EXISTS (
      SELECT FROM client_day day WHERE day.client_id = c.id AND day.total_fen > 0
      AND day.day <= ({{now}}::timestamptz AT TIME ZONE 'Asia/Shanghai')::date - {LOYAL_DAYS}
    ) THEN 'loyal' ELSE 'deciding' END
  WHEN EXISTS (SELECT FROM client_day day WHERE day.client_id = c.id AND day.total_fen > 0) THEN 'lost'
  WHEN (EXISTS (SELECT FROM contact WHERE contact.client_id = c.id) OR EXISTS (
      SELECT FROM fan WHERE fan.client_id = c.id))
    AND NOT EXISTS (SELECT FROM contact WHERE contact.client_id = c.id AND contact.ended_at IS NULL)
    AND NOT EXISTS (SELECT FROM fan WHERE fan.client_id = c.id AND fan.subscribed) THEN 'lost'
  WHEN c.last_activity_at >= {{now}}::timestamptz - interval '{INTERESTED_DAYS} days' THEN 'interested'
  ELSE 'aware' END"""  # noqa: S608  # numbers and pieces of this file only
"""The code of the client `c`'s stage; {now} is the argument that holds the moment."""
