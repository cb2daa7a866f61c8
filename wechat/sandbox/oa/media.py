"""Temporary files, which last three days, and pictures for article texts, which last."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from wechat.sandbox.account_content import Media
from wechat.sandbox.calls import Answer, Call, Problem, get, post
from wechat.sandbox.oa import uploads

LASTS_S = 3 * 86_400
PICTURE_BYTES = 1 << 20


def upload(call: Call) -> dict[str, Any]:
    """Keep a file for three days."""
    kind = call.query.get("type", "")
    if kind not in uploads.BYTES:
        raise Problem(40004, "invalid media type")
    media = uploads.keep(call, kind, uploads.read(call), LASTS_S)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: media.media_id, "created_at": media.created, "item": []}


def fetch(call: Call) -> dict[str, Any] | Answer:
    """The bytes of a temporary file, for a video its address; 40007 after its three days."""
    media = call.account.holds(call.query.get("media_id", ""), call.world.clock.now())
    if media is None or media.lasting:
        raise Problem(40007, "invalid media_id")
    if media.kind == "video":
        return {"video_url": f"{call.base}/mp/mmbiz?id={media.media_id}"}
    return as_file(media)


def upload_picture(call: Call) -> dict[str, Any]:
    """A picture for an article's text; only its address is told."""
    form = uploads.read(call)
    data = form.data or b""
    ending = uploads.kind_of(form.name, data)
    if ending not in ("jpg", "jpeg", "png"):
        raise Problem(40005, "invalid file type")
    if len(data) > PICTURE_BYTES:
        raise Problem(40009, "invalid image size")
    mark, sha = call.world.ids.secret(size=40), hashlib.sha256(data).hexdigest()
    kind = uploads.TYPES.get(ending, "image/jpeg")
    call.account.pictures[mark] = Media(mark, "image", data, sha, form.name, kind, call.world.now())
    return {"url": f"{call.base}/mp/mmbiz?id={mark}"}


def show_file(call: Call) -> Answer:
    """A picture or video by its public address."""
    mark = call.query.get("id", "")
    for account in call.world.accounts.values():
        found = account.pictures.get(mark) or account.holds(mark, call.world.clock.now())
        if found:
            return Answer(found.data, found.content_type)
    return Answer(b"", "text/plain", status=404)


def as_file(media: Media) -> Answer:
    """A file as a download under its name."""
    name = media.name.encode("ascii", "replace").decode().replace('"', "_")
    also = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(media.name)}"
    return Answer(media.data, media.content_type, headers={"content-disposition": also})


ENDPOINTS = (
    post("/oa/cgi-bin/media/upload", upload),
    get("/oa/cgi-bin/media/get", fetch),
    get("/oa/cgi-bin/media/get/jssdk", fetch),
    post("/oa/cgi-bin/media/uploadimg", upload_picture),
    get("/mp/mmbiz", show_file, token=False),
)
