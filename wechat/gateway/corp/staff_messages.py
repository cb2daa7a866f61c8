"""Messages from the app to members: 30 a minute and 1 000 an hour to one, what is above is dropped without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from wechat.shapes import Link
from wechat.wecom.shapes import Card, StaffMessageSent


class StaffMessages(Protocol):
    """Telling members. Ids that can't be reached come back; Never (81013) when that is all of them.

    once_in_s: the same content to the same members within so many seconds (at most 4 h) goes out once.
    """

    async def send_staff_text(self, userids: Sequence[str], text: str, *, once_in_s: int = 0) -> list[str]:
        """A text (up to 2 048 bytes) to up to 1 000 members; the userids that it can't reach."""

    async def send_staff_markdown(self, userids: Sequence[str], text: str, *, once_in_s: int = 0) -> StaffMessageSent:
        """A text in the platform's Markdown (up to 2 048 bytes)."""

    async def send_staff_file(
        self, userids: Sequence[str], kind: Literal["image", "voice", "video", "file"], media_id: str
    ) -> StaffMessageSent:
        """An uploaded file."""

    async def send_staff_link(
        self, userids: Sequence[str], link: Link, *, button: str = "详情", once_in_s: int = 0
    ) -> StaffMessageSent:
        """A text card that opens a page: title up to 128 bytes, description 512."""

    async def send_staff_news(self, userids: Sequence[str], links: Sequence[Link]) -> StaffMessageSent:
        """One to eight articles with pictures."""

    async def send_staff_mini_program(
        self, userids: Sequence[str], appid: str, page: str, title: str, items: Sequence[tuple[str, str]] = ()
    ) -> StaffMessageSent:
        """A notice that opens a mini program: title 4 to 12 characters, up to 10 lines of (name, value)."""

    async def send_staff_card(self, userids: Sequence[str], card: Card) -> StaffMessageSent:
        """A template card; its task id (128 bytes, once per app) comes back with the member's tap."""

    async def update_staff_card(self, response_code: str, *, button: str = "", card: Card | None = None) -> None:
        """Replace a card by its code (once, within 24 h): the button's text when tapped, or the whole card."""

    async def recall_staff_message(self, msgid: str) -> None:
        """Take a message back within 24 hours."""
