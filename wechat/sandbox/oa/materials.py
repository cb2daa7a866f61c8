"""Material: files that the account keeps until it deletes them."""

from __future__ import annotations

import json
from typing import Any

from wechat.sandbox.account_content import Media
from wechat.sandbox.calls import Answer, Call, Problem, either, post
from wechat.sandbox.oa import uploads
from wechat.sandbox.oa.media import as_file

OK = {"errcode": 0, "errmsg": "ok"}
MOST = {"image": 100_000, "thumb": 100_000, "voice": 1_000, "video": 1_000}
LISTED = ("image", "video", "voice", "news")


def add(call: Call) -> dict[str, Any]:
    """Keep a file; a video needs its `description` with title and introduction."""
    form = uploads.read(call)
    kind = call.query.get("type") or form.fields.get("type", "")
    if kind not in uploads.BYTES:
        raise Problem(40004, "invalid media type")
    if sum(one.kind == kind for one in _all(call)) >= MOST[kind]:
        raise Problem(45051, "material count out of limit")
    title, introduction = _described(form.fields.get("description", "")) if kind == "video" else ("", "")
    media = uploads.keep(call, kind, form)
    media.title, media.introduction = title, introduction
    return {
        "media_id": media.media_id,
        **({"url": _url(call, media)} if kind in ("image", "thumb") else {}),
        "item": [],
    }


def show(call: Call) -> dict[str, Any] | Answer:
    """A file; for a video its title and address, for articles the articles."""
    media_id = str(call.body.get("media_id", ""))
    if draft := call.account.drafts.get(media_id):
        return {"news_item": draft.articles}
    media = _one(call, media_id)
    if media.kind != "video":
        return as_file(media)
    return {"title": media.title, "description": media.introduction, "down_url": _url(call, media)}


def delete(call: Call) -> dict[str, Any]:
    """Away with a file."""
    del call.account.media[_one(call, str(call.body.get("media_id", ""))).media_id]
    return OK


def count(call: Call) -> dict[str, Any]:
    """How many there are of each kind."""
    kinds = [one.kind for one in _all(call)]
    told = {f"{kind}_count": kinds.count(kind) for kind in ("voice", "video", "image")}
    return {**told, "news_count": len(call.account.drafts)}


def browse(call: Call) -> dict[str, Any]:
    """A page of one kind, newest first, at most 20."""
    kind, offset, many = call.body.get("type"), call.body.get("offset", 0), call.body.get("count", 0)
    if kind not in LISTED:
        raise Problem(40004, "invalid media type")
    if not isinstance(offset, int) or offset < 0 or not isinstance(many, int) or not 1 <= many <= 20:
        raise Problem(40007 if many == 0 else 40097, "invalid args")
    if kind == "news":
        news = list(reversed(call.account.drafts.values()))
        rows = [
            {"media_id": one.media_id, "content": {"news_item": one.articles}, "update_time": one.updated}
            for one in news
        ]
    else:
        kept = [one for one in reversed(_all(call)) if one.kind == kind]
        rows = [
            {"media_id": one.media_id, "name": one.name, "update_time": one.created, "url": _url(call, one)}
            for one in kept
        ]
    page = rows[offset : offset + many]
    return {"item": page, "total_count": len(rows), "item_count": len(page)}


def retired(_call: Call) -> dict[str, Any]:
    """Articles as material: the platform took this away for drafts."""
    raise Problem(45106, "this api has been unsupported, please use draft api")


def _described(text: str) -> tuple[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not found.get("title"):
        raise Problem(41005, "video description missing")
    return str(found["title"]), str(found.get("introduction") or "")


def _all(call: Call) -> list[Media]:
    return [one for one in call.account.media.values() if one.lasting]


def _one(call: Call, media_id: str) -> Media:
    media = call.account.media.get(media_id)
    if media is None or not media.lasting:
        raise Problem(40007, "invalid media_id")
    return media


def _url(call: Call, media: Media) -> str:
    return f"{call.base}/mp/mmbiz?id={media.media_id}"


ENDPOINTS = (
    post("/oa/cgi-bin/material/add_material", add),
    post("/oa/cgi-bin/material/get_material", show),
    post("/oa/cgi-bin/material/del_material", delete),
    either("/oa/cgi-bin/material/get_materialcount", count),
    post("/oa/cgi-bin/material/batchget_material", browse),
    post("/oa/cgi-bin/material/add_news", retired),
    post("/oa/cgi-bin/material/update_news", retired),
)
