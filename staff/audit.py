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


async def entries(person: Staff, action: str, limit: int, offset: int = 0) -> tuple[list[AuditEntry], int]:
    """The newest entries whose action starts with `action`, and how many there are; a branch sees its own people's."""
    found = AuditEntry.filter(action__startswith=action) if action else AuditEntry.all()
    if person.branch_id is not None:
        found = found.filter(staff__branch_id=person.branch_id)
    return await found.order_by("-id").limit(limit).offset(offset).prefetch_related("staff"), await found.count()
