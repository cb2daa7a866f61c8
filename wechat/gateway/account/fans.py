"""Fans of the official account: who they are, what we call them, whom we block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.shapes import Fan, Page


class Fans(Protocol):
    """Reading and noting fans."""

    async def fan(self, openid: str) -> Fan:
        """One person, following or not."""

    async def fans(self, openids: Sequence[str]) -> list[Fan]:
        """Up to 100 people in one call."""

    async def all_openids(self, cursor: str = "") -> Page[str]:
        """Openids of all followers, 10 000 a page; 500 calls a day."""

    async def name_fan(self, openid: str, remark: str) -> None:
        """Our remark on a fan, at most 30 characters; empty clears it."""

    async def blocked_openids(self, cursor: str = "") -> Page[str]:
        """Openids on the blacklist, 10 000 a page."""

    async def block(self, openids: Sequence[str]) -> None:
        """Put up to 20 fans on the blacklist: nothing reaches them any more."""

    async def unblock(self, openids: Sequence[str]) -> None:
        """Take up to 20 fans off the blacklist."""
