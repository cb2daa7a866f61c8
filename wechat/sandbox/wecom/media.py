"""Files that apps keep: temporary for three days, pictures for good, attachments of moments and products."""

from __future__ import annotations

import hashlib
from typing import Any

from wechat.sandbox.calls import Answer, Call, Problem, get, post

MEDIA_S = 3 * 86_400
MEDIA_BYTES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20, "thumb": 64 << 10}
ATTACHMENTS = {"1": ("image", "video"), "2": ("image",)}
"""attachment_type -> what may be uploaded: 1 for moments, 2 for products."""
PICTURES_A_DAY, PICTURES_A_MONTH = 1000, 3000


def upload(call: Call) -> dict[str, Any]:
    """Keep a file for three days; 44001 when it is empty, 45001 when it is too large."""
    kind = call.query.get("type", "")
    if kind not in MEDIA_BYTES:
        raise Problem(40004, "invalid media type")
    return {"type": kind, **_keep(call, kind)}


def upload_attachment(call: Call) -> dict[str, Any]:
    """Keep a file for a moment or a product."""
    kind = call.query.get("media_type", "")
    if kind not in ATTACHMENTS.get(call.query.get("attachment_type", ""), ()):
        raise Problem(40004, "invalid media_type or attachment_type")
    return {"type": kind, **_keep(call, kind)}


def upload_picture(call: Call) -> dict[str, Any]:
    """Keep a picture for good: 1 000 in a day and 3 000 in a month."""
    data = file_part(call)
    _measure(data, "image")
    uploads, clock = call.corp.uploads, call.world.clock
    for span, most in ((clock.day(), PICTURES_A_DAY), (clock.month(), PICTURES_A_MONTH)):
        if uploads.get(span, 0) >= most:
            raise Problem(45009, "api freq out of limit")
    for span in (clock.day(), clock.month()):
        uploads[span] = uploads.get(span, 0) + 1
    return {"url": f"https://wework.qpic.cn/wwpic/{hashlib.sha256(data).hexdigest()[:32]}/0"}


def fetch(call: Call) -> Answer:
    """The bytes of a kept file; 40007 after its three days."""
    media = call.world.media.get(call.query.get("media_id", ""))
    if media is None or call.world.clock.now() >= media["expires"]:
        raise Problem(40007, "invalid media_id")
    named = {"Content-Disposition": f'attachment; filename="{media.get("name") or "media"}"'}
    return Answer(media["data"], "application/octet-stream", headers=named)


def require(call: Call, media_id: Any) -> None:
    """40007 unless this is a kept file that is still there."""
    media = call.world.media.get(str(media_id))
    if media is None or call.world.clock.now() >= media["expires"]:
        raise Problem(40007, "invalid media_id")


def file_part(call: Call) -> bytes:
    """The first file of a form; 41005 when there is none."""
    head, _, boundary = call.content_type.partition("boundary=")
    if not head.startswith("multipart/form-data") or not boundary:
        raise Problem(41005, "media data missing")
    mark = b"--" + boundary.strip('"').encode()
    for part in call.raw.split(mark):
        headers, found, data = part.partition(b"\r\n\r\n")
        if found and b"filename" in headers:
            return data.removesuffix(b"\r\n")
    raise Problem(41005, "media data missing")


def _measure(data: bytes, kind: str) -> None:
    if len(data) <= 5:
        raise Problem(44001, "empty media data")
    if len(data) > MEDIA_BYTES[kind]:
        raise Problem(45001, "media size out of limit")


def _keep(call: Call, kind: str) -> dict[str, str]:
    data = file_part(call)
    _measure(data, kind)
    now, media_id = call.world.clock.now(), call.world.ids.secret(size=40)
    sha = hashlib.sha256(data).hexdigest()
    call.world.media[media_id] = {"type": kind, "data": data, "sha256": sha, "expires": now + MEDIA_S}
    return {"media_id": media_id, "created_at": str(int(now))}


ENDPOINTS = (
    post("/wx/cgi-bin/media/upload", upload),
    post("/wx/cgi-bin/media/upload_attachment", upload_attachment),
    post("/wx/cgi-bin/media/uploadimg", upload_picture),
    get("/wx/cgi-bin/media/get", fetch),
    get("/wx/cgi-bin/media/get/jssdk", fetch),
)
