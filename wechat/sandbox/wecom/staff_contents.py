"""What an app message may hold, by its kind: texts within their bytes, files that are still kept, cards made right."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem
from wechat.sandbox.wecom import cards, media

TEXTS: dict[str, dict[str, int]] = {
    "text": {"content": 2048},
    "markdown": {"content": 2048},
    "markdown_v2": {"content": 4096},
    "textcard": {"title": 128, "description": 512, "url": 2048},
    "miniprogram_notice": {"appid": 64, "title": 64},
    "taskcard": {"title": 128, "description": 512, "task_id": 128},
}
"""kind -> required texts and the most bytes of each; what is longer is cut or refused by the platform."""
FILES = ("image", "voice", "video", "file")
ARTICLES = {"news": 8, "mpnews": 8}
KINDS = frozenset({*TEXTS, *FILES, *ARTICLES, "template_card"})


def check(call: Call, kind: str) -> None:
    """Refuse what the platform refuses: an unknown kind, no words, too many, expired files, a wrong card."""
    inner = call.body.get(kind)
    if kind not in KINDS or not isinstance(inner, dict):
        raise Problem(40008, "invalid message type")
    if kind in FILES:
        media.require(call, inner.get("media_id"))
    elif kind in ARTICLES:
        _check_articles(call, kind, inner)
    elif kind == "template_card":
        cards.check(inner)
    else:
        _check_texts(kind, inner)


def _check_texts(kind: str, inner: dict[str, Any]) -> None:
    for name, most in TEXTS[kind].items():
        text = inner.get(name)
        if not isinstance(text, str) or not text:
            raise Problem(44004 if name == "content" else 40058, f"empty {name}")
        if len(text.encode()) > most:
            raise Problem(45002, f"{name} size out of limit")


def _check_articles(call: Call, kind: str, inner: dict[str, Any]) -> None:
    articles = inner.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= ARTICLES[kind]:
        raise Problem(45008, "article size out of limit")
    for article in articles:
        if not article.get("title"):
            raise Problem(40058, "empty title")
        if kind == "mpnews":
            media.require(call, article.get("thumb_media_id"))
