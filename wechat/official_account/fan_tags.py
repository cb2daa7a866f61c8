"""Tags of the official account: 100 of them, 20 on one fan, names of at most 30 bytes."""

from __future__ import annotations

from collections.abc import Sequence

from wechat.official_account.fans import openid_page
from wechat.official_account.shapes import FanTag
from wechat.official_account.speaking import Speaking
from wechat.shapes import Page

FANS_A_CALL = 50
NAME_BYTES = 30


class FanTags(Speaking):
    """Making tags and putting them on fans."""

    async def fan_tags(self) -> list[FanTag]:
        """All tags of the account."""
        rows = (await self._get("/cgi-bin/tags/get")).get("tags", ())
        return [FanTag(int(row["id"]), str(row.get("name", "")), int(row.get("count", 0))) for row in rows]

    async def create_fan_tag(self, name: str) -> FanTag:
        """A new tag (name up to 30 bytes); Done when the name is there already, Never above 100 tags."""
        path = "/cgi-bin/tags/create"
        self._fit(path).text("标签名", name, most_bytes=NAME_BYTES, least=1)
        made = (await self._post(path, {"tag": {"name": name}}))["tag"]
        return FanTag(int(made["id"]), str(made.get("name", name)))

    async def rename_fan_tag(self, tag: int, name: str) -> None:
        """Another name for a tag (up to 30 bytes)."""
        path = "/cgi-bin/tags/update"
        self._fit(path).text("标签名", name, most_bytes=NAME_BYTES, least=1)
        await self._post(path, {"tag": {"id": tag, "name": name}})

    async def delete_fan_tag(self, tag: int) -> None:
        """Delete a tag; Never while more than 100 000 fans have it."""
        await self._post("/cgi-bin/tags/delete", {"tag": {"id": tag}})

    async def tag_fans(self, tag: int, openids: Sequence[str]) -> None:
        """Put a tag on up to 50 fans; Never (per fan) above 20 tags."""
        await self._mark("/cgi-bin/tags/members/batchtagging", tag, openids)

    async def untag_fans(self, tag: int, openids: Sequence[str]) -> None:
        """Take a tag off up to 50 fans."""
        await self._mark("/cgi-bin/tags/members/batchuntagging", tag, openids)

    async def fans_of_tag(self, tag: int, cursor: str = "") -> Page[str]:
        """Openids with a tag, 10 000 a page."""
        return openid_page(await self._post("/cgi-bin/user/tag/get", {"tagid": tag, "next_openid": cursor}))

    async def tags_of_fan(self, openid: str) -> list[int]:
        """Ids of the tags of one fan."""
        answer = await self._post("/cgi-bin/tags/getidlist", {"openid": openid})
        return [int(tag) for tag in answer.get("tagid_list", ())]

    async def _mark(self, path: str, tag: int, openids: Sequence[str]) -> None:
        self._fit(path).some("openids", openids, FANS_A_CALL)
        await self._post(path, {"openid_list": list(openids), "tagid": tag})
