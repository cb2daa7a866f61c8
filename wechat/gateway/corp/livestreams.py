"""Livestreams of members: booking, following, counting."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from wechat.shapes import Livestream, Page, Watcher


class Livestreams(Protocol):
    """Livestreams made by this app."""

    async def create_living(
        self, anchor: str, theme: str, starts_at: datetime, seconds: int, description: str = "", remind_s: int = 0
    ) -> str:
        """Book a livestream of one member (theme up to 20 characters); returns its livingid."""

    async def modify_living(
        self, livingid: str, *, theme: str | None = None, starts_at: datetime | None = None, seconds: int | None = None
    ) -> None:
        """Change what is still booked."""

    async def cancel_living(self, livingid: str) -> None:
        """Cancel what is still booked; no callback follows."""

    async def delete_replay(self, livingid: str) -> None:
        """Delete the recording."""

    async def living(self, livingid: str) -> Livestream:
        """One livestream with its counts."""

    async def livings_of(self, userid: str) -> list[str]:
        """Livingids of all livestreams of one member: how a booking whose answer was lost is found again."""

    async def living_code(self, livingid: str, openid: str) -> str:
        """The code with which this client's WeChat opens the livestream."""

    async def living_watchers(self, livingid: str, cursor: str = "") -> Page[Watcher]:
        """Who watched and for how long."""
