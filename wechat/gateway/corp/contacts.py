"""Clients of the corp: who they are, what members noted of them, and which ids stand for the same person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.shapes import Contact, Page


class Contacts(Protocol):
    """Reading clients and noting what is known of them."""

    async def external_ids_of(self, userid: str) -> list[str]:
        """All clients of one member; empty when there are none."""

    async def contacts_of(self, userids: Sequence[str], cursor: str = "") -> Page[Contact]:
        """Clients of up to 100 members, 100 a page; each contact carries the one relation that it was found by."""

    async def contact(self, external_userid: str) -> Contact:
        """One client with all relations."""

    async def remark(
        self,
        userid: str,
        external_userid: str,
        *,
        remark: str | None = None,
        description: str | None = None,
        company: str | None = None,
        mobiles: Sequence[str] | None = None,
    ) -> None:
        """Overwrite what a member noted; None leaves it. Characters: remark 20, description 150, company 20.

        mobiles replace all numbers noted before; an empty list clears them.
        """

    async def external_id_of(self, unionid: str, openid: str) -> str:
        """The client behind a unionid of our official account or mini program; empty when the corp has none."""

    async def chat_id_of(self, opengid: str) -> str:
        """The group behind the id that a page or mini program sees inside it."""
