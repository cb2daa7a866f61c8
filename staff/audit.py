"""What staff did, written once and never changed."""

from __future__ import annotations

import json
from typing import Any

import structlog

from kernel import clock, database
from staff import audit_mac
from staff.models import Staff

# the number is taken first: the proof covers it, so that two entries can't change places
_NUMBER = """
SELECT nextval(pg_get_serial_sequence('audit_entry', 'id')) AS id, $1::jsonb::text AS detail
"""
# entry and waiting mark in one statement: what is written is going to be linked, however late its transaction commits
_WRITE = """
WITH written AS (
  INSERT INTO audit_entry (id, created_at, staff_id, action, subject, subject_id, detail, request_id, mac)
  VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9) RETURNING id)
INSERT INTO audit_waiting (entry_id) SELECT id FROM written
"""


async def record(
    by: Staff | None, action: str, subject: str = "", subject_id: int | None = None, **detail: Any
) -> None:
    """Write one entry inside the caller's transaction; `detail` holds no personal data. `by` is None for the system."""
    now, staff_id = clock.now(), by.id if by is not None else None
    row = await database.fetch_one(_NUMBER, json.dumps(detail, ensure_ascii=False))
    assert row is not None
    entry = audit_mac.Entry(
        id=row["id"],
        at_us=audit_mac.microseconds(now),
        staff_id=staff_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        detail=row["detail"],
        request_id=str(structlog.contextvars.get_contextvars().get("request", ""))[:64],
    )
    await database.execute(
        _WRITE,
        entry.id,
        now,
        staff_id,
        action,
        subject,
        subject_id,
        entry.detail,
        entry.request_id,
        audit_mac.mac(entry),
    )
