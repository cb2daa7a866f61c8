"""A livestream began, ended or was cancelled: its state and its viewers are read after the commit."""

from __future__ import annotations

from campaigns.livestreams import tasks
from wechat.events import LivestreamChanged


async def livestream_changed(event: LivestreamChanged) -> None:
    """Follow it; the callback says only that something changed."""
    tasks.follow.later(event.livingid)
