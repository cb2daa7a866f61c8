"""Tags of the official account: 100 of them, 20 on one fan, names of at most 30 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.official_account.shapes import FanTag
from wechat.shapes import Page


class FanTags(Protocol):
    """Making tags and putting them on fans."""

    async def fan_tags(self) -> list[FanTag]:
        """All tags of the account."""

    async def create_fan_tag(self, name: str) -> FanTag:
        """A new tag (name up to 30 bytes); Done when the name is there already, Never above 100 tags."""

    async def rename_fan_tag(self, tag: int, name: str) -> None:
        """Another name for a tag (up to 30 bytes)."""

    async def delete_fan_tag(self, tag: int) -> None:
        """Delete a tag; Never while more than 100 000 fans have it."""

    async def tag_fans(self, tag: int, openids: Sequence[str]) -> None:
        """Put a tag on up to 50 fans; Never (per fan) above 20 tags."""

    async def untag_fans(self, tag: int, openids: Sequence[str]) -> None:
        """Take a tag off up to 50 fans."""

    async def fans_of_tag(self, tag: int, cursor: str = "") -> Page[str]:
        """Openids with a tag, 10 000 a page."""

    async def tags_of_fan(self, openid: str) -> list[int]:
        """Ids of the tags of one fan."""
