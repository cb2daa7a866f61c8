"""Fans of the official account: who they are, what we call them, whom we block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wechat.official_account.speaking import Speaking, moment
from wechat.shapes import Fan, Page

FANS_A_CALL = 100
BLOCKED_A_CALL = 20
OPENIDS_A_PAGE = 10_000


class Fans(Speaking):
    """Reading and noting fans."""

    async def fan(self, openid: str) -> Fan:
        """One person, following or not."""
        return _fan(await self._api.user.get(openid))

    async def fans(self, openids: Sequence[str]) -> list[Fan]:
        """Up to 100 people in one call."""
        if len(openids) > FANS_A_CALL:
            raise ValueError(f"at most {FANS_A_CALL} openids a call")
        return [_fan(row) for row in await self._api.user.get_batch(list(openids))] if openids else []

    async def all_openids(self, cursor: str = "") -> Page[str]:
        """Openids of all followers, 10 000 a page; 500 calls a day."""
        answer = await self._api.user.get_followers(cursor or None)
        openids = tuple((answer.get("data") or {}).get("openid", ()))
        # next_openid comes even with the last page: a page that is not full is the last
        return Page(openids, str(answer.get("next_openid", "")) if len(openids) >= OPENIDS_A_PAGE else "")

    async def name_fan(self, openid: str, remark: str) -> None:
        """Our remark on a fan, at most 30 characters; empty clears it."""
        path = "/cgi-bin/user/info/updateremark"
        self._fit(path).text("备注", remark, most=30)
        await self._post(path, {"openid": openid, "remark": remark})

    async def blocked_openids(self, cursor: str = "") -> Page[str]:
        """Openids on the blacklist, 10 000 a page."""
        answer = await self._post("/cgi-bin/tags/members/getblacklist", {"begin_openid": cursor})
        return openid_page(answer)

    async def block(self, openids: Sequence[str]) -> None:
        """Put up to 20 fans on the blacklist: nothing reaches them any more."""
        await self._blacklist("/cgi-bin/tags/members/batchblacklist", openids)

    async def unblock(self, openids: Sequence[str]) -> None:
        """Take up to 20 fans off the blacklist."""
        await self._blacklist("/cgi-bin/tags/members/batchunblacklist", openids)

    async def _blacklist(self, path: str, openids: Sequence[str]) -> None:
        self._fit(path).some("openids", openids, BLOCKED_A_CALL)
        await self._post(path, {"openid_list": list(openids)})


def openid_page(answer: Mapping[str, Any]) -> Page[str]:
    """A page of openids; a page that is not full is the last, whatever it names as the next."""
    openids = tuple((answer.get("data") or {}).get("openid", ()))
    return Page(openids, str(answer.get("next_openid", "")) if len(openids) >= OPENIDS_A_PAGE else "")


def _fan(row: Mapping[str, Any]) -> Fan:
    scene = str(row.get("qr_scene_str") or row.get("qr_scene") or "")
    return Fan(
        openid=str(row["openid"]),
        follows=int(row.get("subscribe", 0)) == 1,
        unionid=str(row.get("unionid", "")),
        followed_at=moment(row.get("subscribe_time", 0)),
        channel=str(row.get("subscribe_scene", "")),
        scene="" if scene == "0" else scene,
        tag_ids=tuple(row.get("tagid_list", ())),
    )
