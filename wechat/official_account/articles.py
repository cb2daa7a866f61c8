"""Articles: drafts, and what is published of them (publishing reaches nobody by itself)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from wechat.official_account.media import next_offset
from wechat.official_account.shapes import Article, Draft, Publication
from wechat.official_account.speaking import Row, Speaking, moment, without_empty
from wechat.shapes import Page

A_PAGE = 20
STATES: dict[int, Literal["published", "publishing", "original_failed", "failed", "refused", "deleted", "banned"]] = {
    0: "published",
    1: "publishing",
    2: "original_failed",
    3: "failed",
    4: "refused",
    5: "deleted",
    6: "banned",
}


class Articles(Speaking):
    """Writing drafts and publishing them."""

    async def add_draft(self, articles: Sequence[Article]) -> str:
        """A draft of up to 8 articles (title 64 characters, digest 120, content under 20 000); its media id."""
        path = "/cgi-bin/draft/add"
        self._fit(path).some("articles", articles, 8)
        return str((await self._post(path, {"articles": [self._written(path, one) for one in articles]}))["media_id"])

    async def update_draft(self, media_id: str, place: int, article: Article) -> None:
        """Replace one article of a draft; the first is at place 0."""
        path = "/cgi-bin/draft/update"
        await self._post(path, {"media_id": media_id, "index": place, "articles": self._written(path, article)})

    async def draft(self, media_id: str) -> Draft:
        """One draft."""
        answer = await self._post("/cgi-bin/draft/get", {"media_id": media_id})
        return Draft(media_id, _articles(answer), moment(answer.get("update_time")))

    async def drafts(self, cursor: str = "") -> Page[Draft]:
        """All drafts, 20 a page."""
        start = int(cursor or 0)
        body = {"offset": start, "count": A_PAGE, "no_content": 0}
        answer = await self._post("/cgi-bin/draft/batchget", body)
        found = tuple(
            Draft(str(row["media_id"]), _articles(row.get("content") or {}), moment(row.get("update_time")))
            for row in answer.get("item", ())
        )
        return Page(found, next_offset(answer, start, len(found)))

    async def draft_count(self) -> int:
        """How many drafts there are."""
        return int((await self._get("/cgi-bin/draft/count")).get("total_count", 0))

    async def delete_draft(self, media_id: str) -> None:
        """Delete a draft for good."""
        await self._post("/cgi-bin/draft/delete", {"media_id": media_id})

    async def publish(self, media_id: str) -> str:
        """Publish a draft; returns the publish id, and a callback tells how it went."""
        return str((await self._post("/cgi-bin/freepublish/submit", {"media_id": media_id}))["publish_id"])

    async def publication(self, publish_id: str) -> Publication:
        """How far publishing came."""
        answer = await self._post("/cgi-bin/freepublish/get", {"publish_id": publish_id})
        items = (answer.get("article_detail") or {}).get("item", ())
        return Publication(
            publish_id,
            STATES.get(int(answer.get("publish_status", 1)), "failed"),
            str(answer.get("article_id", "")),
            tuple(str(item.get("article_url", "")) for item in items),
            tuple(int(place) for place in answer.get("fail_idx", ())),
        )

    async def published(self, cursor: str = "") -> Page[Draft]:
        """What is published, 20 a page; the media id is the article id here."""
        start = int(cursor or 0)
        body = {"offset": start, "count": A_PAGE, "no_content": 1}
        answer = await self._post("/cgi-bin/freepublish/batchget", body)
        found = tuple(
            Draft(str(row["article_id"]), _articles(row.get("content") or {}), moment(row.get("update_time")))
            for row in answer.get("item", ())
        )
        return Page(found, next_offset(answer, start, len(found)))

    async def published_articles(self, article_id: str) -> list[Article]:
        """The articles of one publication."""
        return list(_articles(await self._post("/cgi-bin/freepublish/getarticle", {"article_id": article_id})))

    async def unpublish(self, article_id: str, place: int = 0) -> None:
        """Delete a publication, or its article at `place` (from 1); can't be undone."""
        await self._post("/cgi-bin/freepublish/delete", {"article_id": article_id, "index": place})

    def _written(self, path: str, article: Article) -> dict[str, Any]:
        fit = self._fit(path)
        fit.text("标题", article.title, most=64, least=1)
        fit.text("摘要", article.digest, most=120)
        fit.text("作者", article.author, most=16)
        fit.text("正文", article.content, most=20_000, least=1)
        fit.text("正文", article.content, most_bytes=1 << 20)
        optional = without_empty(author=article.author, digest=article.digest, content_source_url=article.source_url)
        return {
            "title": article.title,
            "content": article.content,
            "thumb_media_id": article.cover_media_id,
            "need_open_comment": int(article.comments),
            "only_fans_can_comment": int(article.only_fans_comment),
            **optional,
        }


def _articles(answer: Row) -> tuple[Article, ...]:
    return tuple(
        Article(
            title=str(row.get("title", "")),
            content=str(row.get("content", "")),
            cover_media_id=str(row.get("thumb_media_id", "")),
            author=str(row.get("author", "")),
            digest=str(row.get("digest", "")),
            source_url=str(row.get("content_source_url", "")),
            comments=bool(row.get("need_open_comment")),
            only_fans_comment=bool(row.get("only_fans_can_comment")),
            url=str(row.get("url", "")),
            is_deleted=bool(row.get("is_deleted")),
        )
        for row in answer.get("news_item", ())
    )
