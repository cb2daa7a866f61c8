"""Files of the corp: for three days, as a picture's lasting address, or for moments and product albums."""

from __future__ import annotations

import json
from typing import Literal

from wechat.fitting import MB
from wechat.transport import Upload
from wechat.wecom.speaking import Speaking

Kind = Literal["image", "voice", "video", "file"]
MOST_BYTES: dict[str, int] = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
USES = {"moment": 1, "product": 2}


class Media(Speaking):
    """Uploading and fetching files; every file has more than 5 bytes."""

    async def upload_media(self, data: bytes, name: str, kind: Kind) -> str:
        """Keep a file for three days: picture 10 MB, voice 2 MB, video 10 MB, file 20 MB; returns its media id."""
        path = "media/upload"
        self._fit(path).file(data, MOST_BYTES[kind])
        answer = await self._transport.call(
            "POST", f"/cgi-bin/{path}", params={"type": kind}, upload=Upload(data, name)
        )
        return str(answer["media_id"])

    async def upload_picture(self, data: bytes, name: str) -> str:
        """A picture's lasting address (up to 2 MB; 3 000 a month, 1 000 a day)."""
        path = "media/uploadimg"
        self._fit(path).file(data, 2 * MB)
        return str((await self._transport.call("POST", f"/cgi-bin/{path}", upload=Upload(data, name)))["url"])

    async def upload_attachment(self, data: bytes, name: str, kind: Kind, use: Literal["moment", "product"]) -> str:
        """A file for a moment or a product album, for three days; returns its media id."""
        path = "media/upload_attachment"
        self._fit(path).file(data, MOST_BYTES[kind])
        params = {"media_type": kind, "attachment_type": USES[use]}
        answer = await self._transport.call("POST", f"/cgi-bin/{path}", params=params, upload=Upload(data, name))
        return str(answer["media_id"])

    async def download_media(self, media_id: str) -> bytes:
        """A file of the last three days."""
        answer = await self._transport.call("GET", "/cgi-bin/media/get", params={"media_id": media_id}, binary=True)
        return bytes(answer["content"]) if "content" in answer else json.dumps(dict(answer)).encode()
