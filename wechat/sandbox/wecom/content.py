"""What a WeCom message may hold: a text of 4 000 bytes and nine attachments of known kinds."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem

TEXT_BYTES = 4000
ATTACHMENTS = 9
LIMITS = {
    "image": {},
    "video": {},
    "file": {},
    "link": {"title": 128, "desc": 512, "url": 2048},
    "miniprogram": {"title": 64},
}
"""Attachment kinds and the most bytes of their fields."""
REQUIRED = {
    "video": ("media_id",),
    "file": ("media_id",),
    "link": ("title", "url"),
    "miniprogram": ("title", "pic_media_id", "appid", "page"),
}
"""What an attachment can't be without; a picture needs a media_id or a pic_url."""


def check(call: Call) -> None:
    """Refuse what the platform refuses: nothing to say, too long, too many or unknown attachments, expired media."""
    text = (call.body.get("text") or {}).get("content") or ""
    attachments = call.body.get("attachments") or []
    if not text and not attachments:
        raise Problem(40058, "text and attachments are both empty")
    if len(str(text).encode()) > TEXT_BYTES:
        raise Problem(45002, "content size out of limit")
    if not isinstance(attachments, list) or len(attachments) > ATTACHMENTS:
        raise Problem(41064, "attachments size exceed max limit")
    for attachment in attachments:
        _check_attachment(call, attachment)


def readable(body: dict[str, Any]) -> str:
    """The words of a message: its text, and titles and addresses of its attachments."""
    parts = [str((body.get("text") or {}).get("content") or "")]
    for attachment in body.get("attachments") or []:
        inner = attachment.get(attachment.get("msgtype"), {})
        parts += [str(inner[name]) for name in ("title", "desc", "url", "page") if inner.get(name)]
    return " ".join(filter(None, parts))


def _check_attachment(call: Call, attachment: Any) -> None:
    kind = str(attachment.get("msgtype")) if isinstance(attachment, dict) else ""
    inner = attachment.get(kind) if kind in LIMITS else None
    if not isinstance(inner, dict):
        raise Problem(41065, "attachment type invalid")
    missing = [name for name in REQUIRED.get(kind, ()) if not inner.get(name)]
    if missing or (kind == "image" and not (inner.get("media_id") or inner.get("pic_url"))):
        raise Problem(40058, f"missing {missing[0] if missing else 'media_id'}")
    for name, most in LIMITS[kind].items():
        if len(str(inner.get(name) or "").encode()) > most:
            raise Problem(45002, f"{name} size out of limit")
    if media_id := inner.get("media_id") or inner.get("pic_media_id"):
        media = call.world.media.get(str(media_id))
        if media is None or call.world.clock.now() >= media["expires"]:
            raise Problem(40007, "invalid media_id")
