"""The small numbers beside entries of the side bar: what waits for this person."""

from __future__ import annotations

from staff import approvals, permissions
from staff.models import Staff


async def of(person: Staff) -> dict[str, int]:
    """Route name -> how many things wait there; only for those who can do something about them."""
    if not permissions.may(person, approvals.PERMISSION):
        return {}
    return {"approvals": len(await approvals.waiting_for(person))}
