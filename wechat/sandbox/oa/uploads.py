"""Files that come in as multipart forms, and what the platform takes of each kind."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import PurePath

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_form

from wechat.sandbox.account_content import FOREVER, Media
from wechat.sandbox.calls import Call, Problem

BYTES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
ENDINGS = {
    "image": frozenset({"bmp", "png", "jpeg", "jpg", "gif"}),
    "voice": frozenset({"mp3", "wma", "wav", "amr", "speex"}),
    "video": frozenset({"mp4"}),
    "thumb": frozenset({"jpg", "jpeg", "png"}),
}
TYPES = {"png": "image/png", "gif": "image/gif", "bmp": "image/bmp", "mp4": "video/mp4", "mp3": "audio/mpeg"}
TYPES |= {"jpg": "image/jpeg", "jpeg": "image/jpeg", "amr": "audio/amr"}
TOO_LARGE = {"image": 40009, "voice": 40010, "video": 40011, "thumb": 40012}
MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"BM": "bmp"}


@dataclass(slots=True)
class Form:
    """What a multipart form held: its first file, and its other fields."""

    name: str = ""
    data: bytes | None = None
    fields: dict[str, str] = field(default_factory=dict)


def read(call: Call) -> Form:
    """The form of a request; 41005 when it holds no file, 44001 when the file is empty."""
    form, files = Form(), []

    def on_field(one: Field) -> None:
        form.fields[(one.field_name or b"").decode()] = (one.value or b"").decode(errors="replace")

    def on_file(one: File) -> None:
        files.append(one)

    headers = {"Content-Type": call.content_type.encode(), "Content-Length": str(len(call.raw)).encode()}
    if not call.content_type.startswith("multipart/form-data"):
        raise Problem(41005, "media data missing")
    try:
        parse_form(headers, io.BytesIO(call.raw), on_field, on_file)
    except (FormParserError, ValueError):
        raise Problem(41005, "media data missing") from None
    if not files:
        raise Problem(41005, "media data missing")
    files[0].file_object.seek(0)
    form.data = files[0].file_object.read()
    form.name = (files[0].file_name or b"file").decode(errors="replace")
    for one in files:
        one.close()
    if not form.data:
        raise Problem(44001, "empty media data")
    return form


def keep(call: Call, kind: str, form: Form, lasts_s: float = FOREVER) -> Media:
    """Put a file of a kind among the account's own; its size and ending must suit the kind."""
    data = form.data or b""
    if len(data) > BYTES[kind]:
        raise Problem(TOO_LARGE[kind], f"invalid {kind} size")
    ending = kind_of(form.name, data)
    if ending not in ENDINGS[kind]:
        raise Problem(40005 if kind != "image" else 40137, "invalid file type")
    now = call.world.clock.now()
    media = Media(
        call.world.ids.secret(size=48),
        kind,
        data,
        hashlib.sha256(data).hexdigest(),
        PurePath(form.name).name[:64],
        TYPES.get(ending, "application/octet-stream"),
        int(now),
        FOREVER if lasts_s == FOREVER else now + lasts_s,
    )
    call.account.media[media.media_id] = media
    return media


def kind_of(name: str, data: bytes) -> str:
    """A file's ending: what its first bytes say, else its name."""
    known = next((ending for magic, ending in MAGIC.items() if data.startswith(magic)), "")
    return known or PurePath(name).suffix.lstrip(".").lower()
