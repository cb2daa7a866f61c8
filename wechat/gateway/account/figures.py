"""What the platform counts: articles (the newer figures, since 2025-11-01), who came and left; until yesterday."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from wechat.official_account.shapes import ArticleFigures, DayFigures, FanFigures


class Figures(Protocol):
    """Statistics of the account; complete after eight in the morning for the day before."""

    async def article_reads(self, day: date) -> list[ArticleFigures]:
        """Who read which article on one day, and where from; only articles with a change are listed."""

    async def article_shares(self, day: date) -> list[ArticleFigures]:
        """Who shared which article on one day."""

    async def article_totals(self, day: date) -> list[ArticleFigures]:
        """The articles published on one day with their running totals, one row per day since (up to 30)."""

    async def article_summary(self, start: date, end: date) -> list[DayFigures]:
        """All articles together by day, up to 30 days."""

    async def fan_changes(self, start: date, end: date) -> list[FanFigures]:
        """Who came and left by day and channel, up to 7 days."""

    async def fan_totals(self, start: date, end: date) -> dict[date, int]:
        """How many followers there were by day, up to 7 days."""
