"""Livestreams of members: booking, following, counting."""

from __future__ import annotations

from datetime import datetime

from wechat.shapes import Livestream, Page, Watcher
from wechat.wecom import answers
from wechat.wecom.speaking import PAGES, Speaking, cursor_of, given, stamp, texts

THEME = 20


class Livestreams(Speaking):
    """Livestreams made by this app."""

    async def create_living(
        self, anchor: str, theme: str, starts_at: datetime, seconds: int, description: str = "", remind_s: int = 0
    ) -> str:
        """Book a livestream of one member (theme up to 20 characters); returns its livingid."""
        path = "living/create"
        self._fit(path).text("直播主题", theme, most=THEME, least=1)
        said = given(description=description or None)
        answer = await self._post(
            path,
            anchor_userid=anchor,
            theme=theme,
            living_start=stamp(starts_at),
            living_duration=seconds,
            type=3,
            remind_time=remind_s,
            agentid=self._agentid,
            **said,
        )
        return str(answer["livingid"])

    async def modify_living(
        self, livingid: str, *, theme: str | None = None, starts_at: datetime | None = None, seconds: int | None = None
    ) -> None:
        """Change what is still booked."""
        path = "living/modify"
        self._fit(path).text("直播主题", theme or "", most=THEME)
        start = stamp(starts_at) if starts_at else None
        await self._post(path, livingid=livingid, **given(theme=theme, living_start=start, living_duration=seconds))

    async def cancel_living(self, livingid: str) -> None:
        """Cancel what is still booked; no callback follows."""
        await self._post("living/cancel", livingid=livingid)

    async def delete_replay(self, livingid: str) -> None:
        """Delete the recording."""
        await self._post("living/delete_replay_data", livingid=livingid)

    async def living(self, livingid: str) -> Livestream:
        """One livestream with its counts."""
        answer = await self._get("living/get_living_info", livingid=livingid)
        return answers.livestream(livingid, answer["living_info"])

    async def livings_of(self, userid: str) -> list[str]:
        """Livingids of all livestreams of one member: how a booking whose answer was lost is found again."""
        found: list[str] = []
        cursor = ""
        for _page in range(PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._post("living/get_user_all_livingid", userid=userid, limit=100, **more)
            found += texts(answer.get("livingid_list"))
            cursor = cursor_of(answer)
            if not cursor:
                break
        return found

    async def living_code(self, livingid: str, openid: str) -> str:
        """The code with which this client's WeChat opens the livestream."""
        answer = await self._post("living/get_living_code", livingid=livingid, openid=openid)
        return str(answer["living_code"])

    async def living_watchers(self, livingid: str, cursor: str = "") -> Page[Watcher]:
        """Who watched and for how long."""
        return answers.watchers(await self._post("living/get_watch_stat", livingid=livingid, next_key=cursor or "0"))
