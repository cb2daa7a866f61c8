"""What the platform counts: articles (the newer figures, since 2025-11-01), who came and left; until yesterday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from wechat.official_account.shapes import ArticleFigures, DayFigures, FanFigures
from wechat.official_account.speaking import Row, Speaking

SUMMARY_DAYS, FAN_DAYS = 30, 7


class Figures(Speaking):
    """Statistics of the account; complete after eight in the morning for the day before."""

    async def article_reads(self, day: date) -> list[ArticleFigures]:
        """Who read which article on one day, and where from; only articles with a change are listed."""
        return await self._articles("/datacube/getarticleread", day, lambda row: [row.get("detail") or {}])

    async def article_shares(self, day: date) -> list[ArticleFigures]:
        """Who shared which article on one day."""
        return await self._articles("/datacube/getarticleshare", day, lambda row: [row.get("detail") or {}])

    async def article_totals(self, day: date) -> list[ArticleFigures]:
        """The articles published on one day with their running totals, one row per day since (up to 30)."""
        return await self._articles("/datacube/getarticletotaldetail", day, lambda row: row.get("detail_list", ()))

    async def article_summary(self, start: date, end: date) -> list[DayFigures]:
        """All articles together by day, up to 30 days."""
        rows = await self._days("/datacube/getbizsummary", start, end, SUMMARY_DAYS)
        return [_day(row, row.get("detail") or {}) for row in rows]

    async def fan_changes(self, start: date, end: date) -> list[FanFigures]:
        """Who came and left by day and channel, up to 7 days."""
        rows = await self._days("/datacube/getusersummary", start, end, FAN_DAYS)
        return [
            FanFigures(
                date.fromisoformat(row["ref_date"]),
                int(row.get("user_source", 0)),
                int(row.get("new_user", 0)),
                int(row.get("cancel_user", 0)),
            )
            for row in rows
        ]

    async def fan_totals(self, start: date, end: date) -> dict[date, int]:
        """How many followers there were by day, up to 7 days."""
        rows = await self._days("/datacube/getusercumulate", start, end, FAN_DAYS)
        return {date.fromisoformat(row["ref_date"]): int(row.get("cumulate_user", 0)) for row in rows}

    async def _articles(self, path: str, day: date, parts: Callable[[Row], Any]) -> list[ArticleFigures]:
        rows = await self._days(path, day, day, 1)
        return [_article(row, part) for row in rows for part in parts(row)]

    async def _days(self, path: str, start: date, end: date, most: int) -> list[dict[str, Any]]:
        if not 0 <= (end - start).days < most:
            raise ValueError(f"{path}: a span of 1 to {most} days")
        body = {"begin_date": start.isoformat(), "end_date": end.isoformat()}
        return list((await self._post(path, body)).get("list", ()))


def _article(row: Row, part: Row) -> ArticleFigures:
    return ArticleFigures(
        msgid=str(row.get("msgid", "")),
        on=date.fromisoformat(str(part.get("stat_date") or row["ref_date"])),
        title=str(row.get("title", "")),
        url=str(row.get("content_url", "")),
        readers=int(part.get("read_user", 0)),
        sharers=int(part.get("share_user", 0)),
        recommenders=int(part.get("zaikan_user", 0)),
        likers=int(part.get("like_user", 0)),
        comments=int(part.get("comment_count", 0)),
        keepers=int(part.get("collection_user", 0)),
        followers=int(part.get("read_subscribe_user", 0)),
        praise_fen=int(part.get("praise_money", 0)),
        finished_share=float(part.get("read_finish_rate", 0)),
        seconds_read=float(part.get("read_avg_activetime", 0)),
        sources=tuple(
            (str(one.get("scene_desc", "")), int(one.get("user_count", 0))) for one in part.get("read_user_source", ())
        ),
    )


def _day(row: Row, detail: Row) -> DayFigures:
    return DayFigures(
        on=date.fromisoformat(str(row["ref_date"])),
        readers=int(detail.get("read_user", 0)),
        sharers=int(detail.get("share_user", 0)),
        recommenders=int(detail.get("zaikan_user", 0)),
        likers=int(detail.get("like_user", 0)),
        comments=int(detail.get("comment_count", 0)),
        keepers=int(detail.get("collection_user", 0)),
        published=int(detail.get("send_page_count", 0)),
    )
