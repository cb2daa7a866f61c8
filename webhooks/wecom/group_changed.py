"""A client group was opened, changed or dismissed."""

from __future__ import annotations

from community.groups import arrivals, roster
from wechat.events import GroupChanged, GroupCreated, GroupDismissed


async def group_created(event: GroupCreated) -> None:
    """Know the group; who is inside is read from WeCom."""
    await roster.number_of(event.corp, event.chat_id)


async def group_changed(event: GroupChanged) -> None:
    """Membership follows WeCom; newcomers are welcomed once."""
    group_id = await roster.number_of(event.corp, event.chat_id)
    joined, left = await roster.apply(group_id, event)
    await arrivals.note(group_id, joined, left)


async def group_dismissed(event: GroupDismissed) -> None:
    """The group is over, and everybody has left it."""
    group_id = await roster.number_of(event.corp, event.chat_id)
    left = await roster.dismiss(group_id, event.at)
    await arrivals.note(group_id, [], left)
