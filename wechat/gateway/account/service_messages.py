"""Customer-service messages: inside the window that the client's last action opened (5 in 48 h, or 3 in a minute)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.shapes import Choice, Link, MiniProgram


class ServiceMessages(Protocol):
    """Speaking to one client. as_staff names the customer-service account that the client sees."""

    async def send_text(self, openid: str, text: str, *, as_staff: str = "") -> None:
        """A text of up to 2 048 bytes."""

    async def send_picture(self, openid: str, media_id: str, *, as_staff: str = "") -> None:
        """An uploaded picture."""

    async def send_voice(self, openid: str, media_id: str, *, as_staff: str = "") -> None:
        """An uploaded voice."""

    async def send_video(
        self, openid: str, media_id: str, cover_media_id: str, title: str = "", description: str = ""
    ) -> None:
        """An uploaded video with its cover."""

    async def send_link(self, openid: str, link: Link) -> None:
        """A card that opens a page."""

    async def send_article(self, openid: str, article_id: str) -> None:
        """A published article."""

    async def send_mini_program(self, openid: str, card: MiniProgram) -> None:
        """A card that opens a page of a mini program bound to the account."""

    async def send_choices(self, openid: str, head: str, choices: Sequence[Choice], tail: str = "") -> None:
        """Answers to tap; the tap comes back as a text with the choice's id."""

    async def show_typing(self, openid: str, *, is_typing: bool = True) -> None:
        """Show the client that we are writing, or no longer."""
