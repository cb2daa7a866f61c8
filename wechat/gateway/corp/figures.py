"""How members' work with clients goes, by day: of up to 100 members or departments together, up to 30 of 180 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from wechat.wecom.shapes import StaffFigures


class Figures(Protocol):
    """Behaviour data."""

    async def staff_figures(
        self, start: date, end: date, *, userids: Sequence[str] = (), departments: Sequence[int] = ()
    ) -> list[StaffFigures]:
        """By day from `start` to `end`; members and departments count together."""
