"""Files of the official account: for three days, or for good."""

from __future__ import annotations

import json
from typing import Literal

from wechat.fitting import MB
from wechat.official_account.shapes import Material, MaterialCounts
from wechat.official_account.speaking import Row, Speaking, moment
from wechat.shapes import Page
from wechat.transport import Upload

Kind = Literal["image", "voice", "video", "thumb"]
MOST_BYTES: dict[str, int] = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "thumb": 64 * 1024}
A_PAGE = 20


class Media(Speaking):
    """Uploading and fetching files."""

    async def upload_media(self, data: bytes, name: str, kind: Kind) -> str:
        """Keep a file three days: picture 10 MB, voice 2 MB (60 s), video 10 MB (MP4), thumb 64 KB; its media id."""
        path = "/cgi-bin/media/upload"
        self._fit(path).file(data, MOST_BYTES[kind])
        answer = await self._upload(path, Upload(data, name), type=kind)
        return str(answer.get("media_id") or answer["thumb_media_id"])

    async def download_media(self, media_id: str) -> bytes:
        """A client's or our own file of the last three days; of a video its address as JSON."""
        answer = await self._transport.call("GET", "/cgi-bin/media/get", params={"media_id": media_id}, binary=True)
        return _content(answer)

    async def upload_article_picture(self, data: bytes, name: str) -> str:
        """A picture for inside an article (JPG or PNG, at most 1 MB); its address."""
        path = "/cgi-bin/media/uploadimg"
        self._fit(path).file(data, MB)
        return str((await self._upload(path, Upload(data, name)))["url"])

    async def add_material(self, data: bytes, name: str, kind: Kind, *, title: str = "", about: str = "") -> Material:
        """Keep a file for good (sizes as above; 100 000 pictures, 1 000 of the others); a video has a title."""
        path = "/cgi-bin/material/add_material"
        self._fit(path).file(data, MOST_BYTES[kind])
        said = json.dumps({"title": title or name, "introduction": about}, ensure_ascii=False)
        beside = (("description", said),) if kind == "video" else ()
        answer = await self._upload(path, Upload(data, name, beside=beside), type=kind)
        return Material(str(answer["media_id"]), name, str(answer.get("url", "")))

    async def download_material(self, media_id: str) -> bytes:
        """A permanent file; of a video or article its description as JSON."""
        path = "/cgi-bin/material/get_material"
        return _content(await self._post(path, {"media_id": media_id}, binary=True))

    async def delete_material(self, media_id: str) -> None:
        """Delete a permanent file."""
        await self._post("/cgi-bin/material/del_material", {"media_id": media_id})

    async def material_counts(self) -> MaterialCounts:
        """How many permanent files there are."""
        answer = await self._get("/cgi-bin/material/get_materialcount")
        counts = (int(answer.get(f"{kind}_count", 0)) for kind in ("voice", "video", "image", "news"))
        return MaterialCounts(*counts)

    async def materials(self, kind: Kind, cursor: str = "") -> Page[Material]:
        """Permanent files of one kind, 20 a page, the newest first."""
        start = int(cursor or 0)
        body = {"type": kind, "offset": start, "count": A_PAGE}
        answer = await self._post("/cgi-bin/material/batchget_material", body)
        found = tuple(
            Material(
                str(row["media_id"]),
                str(row.get("name", "")),
                str(row.get("url", "")),
                moment(row.get("update_time")),
            )
            for row in answer.get("item", ())
        )
        return Page(found, next_offset(answer, start, len(found)))


def next_offset(answer: Row, start: int, count: int) -> str:
    """The cursor of lists that are paged by offset: empty when the total is reached."""
    after = start + count
    return str(after) if count and after < int(answer.get("total_count", 0)) else ""


def _content(answer: Row) -> bytes:
    if "content" in answer:
        return bytes(answer["content"])
    return json.dumps(dict(answer), ensure_ascii=False).encode()
