"""Client groups: which there are, who is in them, what happened there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from wechat.shapes import GroupSnapshot, Page
from wechat.wecom.shapes import GroupFigures


class Groups(Protocol):
    """Reading groups."""

    async def group_ids(self, cursor: str = "", owners: Sequence[str] = ()) -> Page[str]:
        """Chat ids, 1 000 a page; owners (up to 100) are needed in a corp of more than 1 000 members."""

    async def group(self, chat_id: str) -> GroupSnapshot:
        """One group with its members; may lag some seconds behind a callback."""

    async def group_figures(self, owners: Sequence[str], start: date, end: date) -> list[GroupFigures]:
        """What happened in the groups of up to 100 owners in up to 30 days of the last 180, by owner."""

    async def group_figures_by_day(self, owners: Sequence[str], start: date, end: date) -> list[GroupFigures]:
        """The same by day, of all these owners together."""
