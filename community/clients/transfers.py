"""Contacts that go from one member to another: asked at WeCom, and what became of it."""

from __future__ import annotations

from datetime import datetime

from community.clients import timeline
from kernel import clock, database

REASONS = {"customer_refused": "refused", "customer_limit_exceed": "over_limit"}
ASK = """
INSERT INTO contact_transfer (contact_id, to_userid, has_left, asked_by_id)
SELECT c.id, $2, $3, $4 FROM contact c WHERE c.id = ANY($1::bigint[])
  AND NOT EXISTS (SELECT FROM contact_transfer t WHERE t.contact_id = c.id AND t.state = 'asked')
RETURNING id, contact_id
"""
FAIL = """
UPDATE contact_transfer t SET state = $4, reason = $5, ended_at = $6 FROM contact c
WHERE c.id = t.contact_id AND t.state = 'asked' AND c.corpid = $1 AND t.to_userid = $2 AND c.external_userid = $3
RETURNING c.client_id
"""
DONE = """
UPDATE contact_transfer t SET state = 'done', ended_at = $4 FROM contact c
WHERE c.id = t.contact_id AND t.state = 'asked' AND c.corpid = $1 AND t.to_userid = $2 AND c.external_userid = $3
RETURNING t.contact_id, c.client_id
"""


async def note_asked(contact_ids: list[int], to_userid: str, *, has_left: bool, by_id: int | None) -> list[int]:
    """WeCom took these transfers over; the contacts for which it is news. A second question meanwhile is the same."""
    rows = await database.fetch(ASK, contact_ids, to_userid, has_left, by_id)
    return [row["contact_id"] for row in rows]


async def failed(corpid: str, to_userid: str, external_userid: str, reason: str, at: datetime) -> bool:
    """A client was not handed over, by WeCom's word; False: not asked by us, or known."""
    state = REASONS.get(reason, "failed")
    client_id = await database.fetch_value(FAIL, corpid, to_userid, external_userid, state, reason[:60], at)
    if client_id is None:
        return False
    await timeline.record(client_id, "contact.transfer_failed", at=at, reason=state)
    return True


async def done(corpid: str, to_userid: str, external_userid: str, at: datetime | None = None) -> int | None:
    """The client belongs to the new member now; the contact that this ended, or None when it is no news."""
    moment = at or clock.now()
    row = await database.fetch_one(DONE, corpid, to_userid, external_userid, moment)
    if row is None:
        return None
    await timeline.record(row["client_id"], "contact.transferred", at=moment)
    contact_id: int = row["contact_id"]
    return contact_id
