"""Articles: drafts, and what is published of them (publishing reaches nobody by itself)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.official_account.shapes import Article, Draft, Publication
from wechat.shapes import Page


class Articles(Protocol):
    """Writing drafts and publishing them."""

    async def add_draft(self, articles: Sequence[Article]) -> str:
        """A draft of up to 8 articles (title 64 characters, digest 120, content under 20 000); its media id."""

    async def update_draft(self, media_id: str, place: int, article: Article) -> None:
        """Replace one article of a draft; the first is at place 0."""

    async def draft(self, media_id: str) -> Draft:
        """One draft."""

    async def drafts(self, cursor: str = "") -> Page[Draft]:
        """All drafts, 20 a page."""

    async def draft_count(self) -> int:
        """How many drafts there are."""

    async def delete_draft(self, media_id: str) -> None:
        """Delete a draft for good."""

    async def publish(self, media_id: str) -> str:
        """Publish a draft; returns the publish id, and a callback tells how it went."""

    async def publication(self, publish_id: str) -> Publication:
        """How far publishing came."""

    async def published(self, cursor: str = "") -> Page[Draft]:
        """What is published, 20 a page; the media id is the article id here."""

    async def published_articles(self, article_id: str) -> list[Article]:
        """The articles of one publication."""

    async def unpublish(self, article_id: str, place: int = 0) -> None:
        """Delete a publication, or its article at `place` (from 1); can't be undone."""
