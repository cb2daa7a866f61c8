"""Handing clients and groups over: between members on the job, and from those who left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.shapes import Page
from wechat.wecom.shapes import Refusal, Transfer, Unassigned


class Transfers(Protocol):
    """Changing who looks after whom. Refusals name the ids that WeCom did not take."""

    async def transfer_contacts(
        self, handover: str, takeover: str, external_userids: Sequence[str], message: str = ""
    ) -> list[Refusal]:
        """Up to 100 clients to another member on the job; takes effect after 24 h, twice per client in 90 days.

        message: what clients are told, up to 200 characters; empty: WeCom's own text.
        """

    async def transfer_results(self, handover: str, takeover: str, cursor: str = "") -> Page[Transfer]:
        """How the hand-overs between two members on the job stand."""

    async def transfer_contacts_of_left(
        self, handover: str, takeover: str, external_userids: Sequence[str]
    ) -> list[Refusal]:
        """Up to 100 clients of a member who left; Never (40097) while the member is still there."""

    async def transfer_results_of_left(self, handover: str, takeover: str, cursor: str = "") -> Page[Transfer]:
        """How the hand-overs from a member who left stand."""

    async def unassigned(self, cursor: str = "") -> Page[Unassigned]:
        """Clients whose member left and who have nobody yet, 1 000 a page."""

    async def transfer_groups_of_left(self, chat_ids: Sequence[str], new_owner: str) -> list[Refusal]:
        """Up to 100 groups of an owner who left; 300 a day and old owner."""

    async def transfer_groups(self, chat_ids: Sequence[str], new_owner: str) -> list[Refusal]:
        """Up to 100 groups of an owner on the job; 300 a day and owner, twice per group in 90 days."""
