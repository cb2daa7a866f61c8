"""The tag library of WeCom changed."""

from __future__ import annotations

from community.clients import tasks
from wechat.events import TagChanged


async def tag_changed(_event: TagChanged) -> None:
    """Read the library again: it is small, and the event names only ids."""
    tasks.read_tags.later()
