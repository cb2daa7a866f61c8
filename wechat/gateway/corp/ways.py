"""Ways in: codes by which clients add members or join groups; 500 000 in a corp, both kinds together."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from wechat.shapes import Page
from wechat.wecom.shapes import ContactWay, JoinWay


class Ways(Protocol):
    """Making, reading and changing ways in."""

    async def add_contact_way(self, way: ContactWay) -> ContactWay:
        """A new way to add members: up to 100 of them, state up to 30 characters; carries its config_id and code."""

    async def contact_way(self, config_id: str) -> ContactWay:
        """One way."""

    async def contact_way_ids(
        self, start: datetime | None = None, end: datetime | None = None, cursor: str = ""
    ) -> Page[str]:
        """Ids of the ways made by the API since 2021-07-10, up to 90 days back by default; 1 000 a page."""

    async def change_contact_way(self, way: ContactWay) -> None:
        """Overwrite members, state, remark and whether a client needs consent; a temporary way can't be changed."""

    async def delete_contact_way(self, config_id: str) -> None:
        """Delete a way; its code stops working."""

    async def close_temporary_chat(self, userid: str, external_userid: str) -> None:
        """End the chat that a temporary way opened."""

    async def add_join_way(self, way: JoinWay) -> JoinWay:
        """A new way to join up to 5 groups; carries its config_id."""

    async def join_way(self, config_id: str) -> JoinWay:
        """One way with its code."""

    async def change_join_way(self, way: JoinWay) -> None:
        """Overwrite a way whole."""

    async def delete_join_way(self, config_id: str) -> None:
        """Delete a way; its code stops working."""
