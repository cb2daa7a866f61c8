"""What an article may hold, and how it looks in answers."""

from __future__ import annotations

import re
from typing import Any

from wechat.sandbox.calls import Call, Problem

MOST = 8
TITLE = 64
AUTHOR = 16
DIGEST = 128
CONTENT = 20_000
CONTENT_BYTES = 1 << 20
URL_BYTES = 1024
PICTURE = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"']*)[\"'][^>]*>", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b.*?(?:</script\s*>|$)", re.IGNORECASE | re.DOTALL)


def check(call: Call, articles: Any) -> list[dict[str, Any]]:
    """The articles as the platform keeps them; a code that says what is wrong with them."""
    if not isinstance(articles, list) or not articles or not all(isinstance(one, dict) for one in articles):
        raise Problem(44003, "empty news data")
    if len(articles) > MOST:
        raise Problem(45008, "article size out of limit")
    return [check_one(call, one) for one in articles]


def check_one(call: Call, article: dict[str, Any]) -> dict[str, Any]:
    """One article; its cover must be a kept picture, pictures from elsewhere vanish from its text."""
    title, content = str(article.get("title") or ""), str(article.get("content") or "")
    kind = str(article.get("article_type") or "news")
    if kind not in ("news", "newspic"):
        raise Problem(40008, "invalid article_type")
    if not title or len(title) > TITLE:
        raise Problem(45003 if title else 53402, "title size out of limit" if title else "title is empty")
    for name, most, code in (("author", AUTHOR, 45110), ("digest", DIGEST, 45004)):
        if len(str(article.get(name) or "")) > most:
            raise Problem(code, f"{name} size out of limit")
    if not content and kind == "news":
        raise Problem(44004, "empty content")
    if len(content) > CONTENT or len(content.encode()) > CONTENT_BYTES:
        raise Problem(45002, "content size out of limit")
    if len(str(article.get("content_source_url") or "").encode()) > URL_BYTES:
        raise Problem(45054, "content_source_url size out of limit")
    thumb = str(article.get("thumb_media_id") or "")
    cover = call.account.holds(thumb, call.world.clock.now(), "image", "thumb")
    if kind == "news" and (cover is None or not cover.lasting):
        raise Problem(40007, "invalid thumb_media_id, it must be material")
    return {
        "title": title,
        "author": str(article.get("author") or ""),
        "digest": str(article.get("digest") or "") or _words(content)[:54],
        "content": _clean(call, content),
        "content_source_url": str(article.get("content_source_url") or ""),
        "thumb_media_id": thumb,
        "show_cover_pic": int(article.get("show_cover_pic") or 0),
        "need_open_comment": int(article.get("need_open_comment") or 0),
        "only_fans_can_comment": int(article.get("only_fans_can_comment") or 0),
        "thumb_url": f"{call.base}/mp/mmbiz?id={thumb}" if cover else "",
        "article_type": kind,
    }


def with_address(call: Call, articles: list[dict[str, Any]], mark: str) -> list[dict[str, Any]]:
    """The articles with the address at which each can be read."""
    return [{**one, "url": link(call, mark, place)} for place, one in enumerate(articles, 1)]


def link(call: Call, mark: str, place: int) -> str:
    """The address of one article."""
    return f"{call.base}/mp/s?id={mark}&idx={place}"


def _words(content: str) -> str:
    return re.sub(r"<[^>]*>", "", content).strip()


def _clean(call: Call, content: str) -> str:
    def keep(hit: re.Match[str]) -> str:
        address = hit[1]
        known = address.startswith((f"{call.base}/mp/mmbiz", "http://mmbiz.qpic.cn/", "https://mmbiz.qpic.cn/"))
        return hit[0] if known else ""

    return PICTURE.sub(keep, SCRIPT.sub("", content))
