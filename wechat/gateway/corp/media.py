"""Files of the corp: for three days, as a picture's lasting address, or for moments and product albums."""

from __future__ import annotations

from typing import Literal, Protocol

Kind = Literal["image", "voice", "video", "file"]


class Media(Protocol):
    """Uploading and fetching files; every file has more than 5 bytes."""

    async def upload_media(self, data: bytes, name: str, kind: Kind) -> str:
        """Keep a file for three days: picture 10 MB, voice 2 MB, video 10 MB, file 20 MB; returns its media id."""

    async def upload_picture(self, data: bytes, name: str) -> str:
        """A picture's lasting address (up to 2 MB; 3 000 a month, 1 000 a day)."""

    async def upload_attachment(self, data: bytes, name: str, kind: Kind, use: Literal["moment", "product"]) -> str:
        """A file for a moment or a product album, for three days; returns its media id."""

    async def download_media(self, media_id: str) -> bytes:
        """A file of the last three days."""
