"""What staff did, written once and never changed."""

from __future__ import annotations

from typing import Any

from staff.models import AuditEntry, Staff


async def record(
    by: Staff | None, action: str, subject: str = "", subject_id: int | None = None, **detail: Any
) -> None:
    """Write one entry inside the caller's transaction; `detail` holds no personal data. `by` is None for the system."""
    await AuditEntry.create(
        staff_id=by.id if by is not None else None, action=action, subject=subject, subject_id=subject_id, detail=detail
    )
