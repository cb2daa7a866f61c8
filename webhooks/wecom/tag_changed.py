"""The tag library of WeCom changed."""

from __future__ import annotations

from community.clients import library, tasks
from wechat.events import TagChanged


async def tag_changed(event: TagChanged) -> None:
    """A deletion is done at once, of a group with all its tags; everything else is read: the event names only ids."""
    if event.change == "delete":
        await library.delete(event.corp, [event.tag_id], event.at, "told")
    tasks.read_tags.later(event.corp)
