"""Files that messages carry: kept once, and brought to WeCom again before it forgets them.

WeCom keeps an uploaded file for three days. Whoever sends asks for its media id here; what is not there, or about to
end, is uploaded first. What messages needed lately is renewed ahead, so that a large job never waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from community.sending.models import MediaAsset, MediaUpload
from kernel import clock, database, logs
from kernel.errors import NotFound, Refused
from wechat import doors
from wechat.faults import WeChatFault

MB = 1024 * 1024
LIFE = timedelta(days=3)
FRESH = timedelta(hours=3)
"""A file that ends sooner is uploaded anew: the platform looks at it when the member confirms, too."""
AHEAD = timedelta(hours=12)
WANTED = timedelta(days=7)
"""Files that no message needed for so long are not renewed; whoever needs one again waits for its upload."""
AT_ONCE = 50
Use = Literal["message", "moment"]
FileKind = Literal["image", "video", "file"]
_KEEP_UPLOAD = """
INSERT INTO media_upload (asset_id, app, use, media_id, uploaded_at, expires_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (asset_id, app, use) DO UPDATE SET media_id = EXCLUDED.media_id, uploaded_at = EXCLUDED.uploaded_at,
  expires_at = EXCLUDED.expires_at, used_at = greatest(media_upload.used_at, EXCLUDED.used_at)
"""
_log = logs.get(__name__)


@dataclass(frozen=True)
class Form:
    """One accepted form of file: its first bytes (after `skip`), what it is called, where it may be used, how large."""

    kind: FileKind
    content_type: str
    begins: bytes
    suffixes: tuple[str, ...]
    largest: int
    skip: int = 0


FORMS = (
    Form("image", "image/jpeg", b"\xff\xd8\xff", (".jpg", ".jpeg"), 10 * MB),
    Form("image", "image/png", b"\x89PNG\r\n\x1a\n", (".png",), 10 * MB),
    Form("video", "video/mp4", b"ftyp", (".mp4",), 10 * MB, skip=4),
    Form("file", "application/pdf", b"%PDF-", (".pdf",), 20 * MB),
    Form("file", "application/vnd.openxmlformats-officedocument", b"PK\x03\x04", (".docx", ".xlsx", ".pptx"), 20 * MB),
)
"""What WeCom takes and a bank sends; anything that could run on a phone or a computer is not among it."""
FEWEST_BYTES = 6


async def keep(data: bytes, name: str, kind: FileKind, by_id: int | None) -> MediaAsset:
    """Keep a file; the same bytes again are the same file. Refused: not what its name says, too large, of no use."""
    form = check(data, name, kind)
    sha256 = hashlib.sha256(data).hexdigest()
    made, _is_new = await MediaAsset.get_or_create(
        sha256=sha256,
        kind=kind,
        defaults={
            "name": name[-120:],
            "content_type": form.content_type,
            "size": len(data),
            "data": data,
            "by_id": by_id,
        },
    )
    return made


def check(data: bytes, name: str, kind: FileKind) -> Form:
    """The form of a file. Refused: first bytes and ending are none of those of its kind, or it is too large."""
    ending = f".{name.lower().rpartition('.')[2]}"
    forms = [one for one in FORMS if one.kind == kind]
    found = next((one for one in forms if ending in one.suffixes), None)
    if found is None:
        endings = "、".join(suffix[1:].upper() for one in forms for suffix in one.suffixes)
        raise Refused(f"这里只能用 {endings} 文件", code="media.suffix")
    if not data[found.skip :].startswith(found.begins) or len(data) < FEWEST_BYTES:
        raise Refused("文件内容和它的后缀不一致，请检查后重新上传", code="media.kind")
    if len(data) > found.largest:
        raise Refused(f"文件超过 {found.largest // MB} MB，微信不接受", code="media.too_large", status=413)
    return found


async def get(asset_id: int) -> MediaAsset:
    """A kept file with its bytes."""
    found = await MediaAsset.get_or_none(id=asset_id)
    if found is None:
        raise NotFound()
    return found


async def media_id(asset_id: int, app: str, use: Use = "message") -> str:
    """WeCom's id of a file in one account, good for hours from now; uploads it where need be. Raises WeChatFault."""
    now = clock.now()
    found = await MediaUpload.get_or_none(asset_id=asset_id, app=app, use=use)
    if found is not None and found.expires_at > now + FRESH:
        await MediaUpload.filter(id=found.id).update(used_at=now)
        return found.media_id
    return await _upload(asset_id, app, use)


async def forget(asset_ids: Sequence[int], app: str) -> None:
    """WeCom says that it doesn't know one of these files any more: the next message brings them anew."""
    await MediaUpload.filter(asset_id__in=list(asset_ids), app=app).delete()


async def renew() -> int:
    """Upload anew what ends soon and was needed lately; returns how many. A file that can't be is tried again later."""
    now = clock.now()
    ending = await MediaUpload.filter(expires_at__lte=now + AHEAD, used_at__gt=now - WANTED).order_by("expires_at")
    renewed = 0
    for one in ending[:AT_ONCE]:
        try:
            await _upload(one.asset_id, one.app, "moment" if one.use == "moment" else "message", used_at=one.used_at)
            renewed += 1
        except WeChatFault as fault:
            _log.warning("media.not_renewed", asset=one.asset_id, reason=fault.reason)
    return renewed


async def _upload(asset_id: int, app: str, use: Use, used_at: object = None) -> str:
    asset = await get(asset_id)
    data, kind = bytes(asset.data), _kind(asset)
    wecom = doors.wecom(app)
    # the platform counts its days from the call, not from the answer
    now = clock.now()
    if use == "moment":
        made = await wecom.upload_attachment(data, asset.name, kind, "moment")
    else:
        made = await wecom.upload_media(data, asset.name, kind)
    await database.execute(_KEEP_UPLOAD, asset_id, app, use, made, now, now + LIFE, used_at or now)
    return made


def _kind(asset: MediaAsset) -> FileKind:
    return "image" if asset.kind == "image" else "video" if asset.kind == "video" else "file"
