"""The small numbers beside entries of the side bar: what waits for this person."""

from __future__ import annotations

from campaigns.journeys import follow_ups
from community.privacy import requests
from staff import approval_reading, permissions
from staff.models import Staff


async def of(person: Staff) -> dict[str, int | str]:
    """Route name -> how many things wait there; only for those who can do something about them."""
    waiting = len(await approval_reading.waiting_for(person))
    own = len(await approval_reading.returned_to(person))
    late = await requests.overdue(person)
    found = {"approvals": waiting, "inbox": waiting + own + late, "privacy": late}
    if permissions.may(person, follow_ups.PERMISSION):
        found["follow_ups"] = (await follow_ups.count(person)).tasks
    # behind the MOST oldest nobody counts
    most = approval_reading.MOST
    is_more = {"approvals", "inbox"} if waiting >= most else set()
    return {page: f"{most}+" if page in is_more else number for page, number in found.items() if number}
