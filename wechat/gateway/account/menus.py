"""The account's menu: one for all, and others for the fans of a tag; clients see a change within 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.shapes import Button


class Menus(Protocol):
    """Setting menus."""

    async def set_menu(self, buttons: Sequence[Button]) -> None:
        """Replace the account's menu: up to three buttons of up to five entries (names 16 and 60 bytes)."""

    async def menu(self) -> list[Button]:
        """The menu for all; empty when there is none."""

    async def delete_menus(self) -> None:
        """Delete the menu and all conditional ones."""

    async def add_conditional_menu(self, buttons: Sequence[Button], tag: int) -> str:
        """A menu that only the fans of a tag see; its id."""

    async def delete_conditional_menu(self, menu_id: str) -> None:
        """Delete one conditional menu."""

    async def menu_of(self, openid: str) -> list[Button]:
        """The menu that this fan sees."""
