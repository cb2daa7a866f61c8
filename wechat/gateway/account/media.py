"""Files of the official account: for three days, or for good."""

from __future__ import annotations

from typing import Literal, Protocol

from wechat.official_account.shapes import Material, MaterialCounts
from wechat.shapes import Page

Kind = Literal["image", "voice", "video", "thumb"]


class Media(Protocol):
    """Uploading and fetching files."""

    async def upload_media(self, data: bytes, name: str, kind: Kind) -> str:
        """Keep a file three days: picture 10 MB, voice 2 MB (60 s), video 10 MB (MP4), thumb 64 KB; its media id."""

    async def download_media(self, media_id: str) -> bytes:
        """A client's or our own file of the last three days; of a video its address as JSON."""

    async def upload_article_picture(self, data: bytes, name: str) -> str:
        """A picture for inside an article (JPG or PNG, at most 1 MB); its address."""

    async def add_material(self, data: bytes, name: str, kind: Kind, *, title: str = "", about: str = "") -> Material:
        """Keep a file for good (sizes as above; 100 000 pictures, 1 000 of the others); a video has a title."""

    async def download_material(self, media_id: str) -> bytes:
        """A permanent file; of a video or article its description as JSON."""

    async def delete_material(self, media_id: str) -> None:
        """Delete a permanent file."""

    async def material_counts(self) -> MaterialCounts:
        """How many permanent files there are."""

    async def materials(self, kind: Kind, cursor: str = "") -> Page[Material]:
        """Permanent files of one kind, 20 a page, the newest first."""
