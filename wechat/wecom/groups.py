"""Client groups: which there are, who is in them, what happened there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from kernel import clock
from wechat.shapes import GroupSnapshot, Page
from wechat.wecom import answers
from wechat.wecom.shapes import GroupFigures
from wechat.wecom.speaking import Row, Speaking, cursor_of, stamp

GROUPS_A_PAGE = 1000
OWNERS, DAYS = 100, 30


class Groups(Speaking):
    """Reading groups."""

    async def group_ids(self, cursor: str = "", owners: Sequence[str] = ()) -> Page[str]:
        """Chat ids, 1 000 a page; owners (up to 100) are needed in a corp of more than 1 000 members."""
        path = "externalcontact/groupchat/list"
        self._fit(path).some("owners", owners, OWNERS, 0)
        body: dict[str, Any] = {"status_filter": 0, "limit": GROUPS_A_PAGE}
        body |= {"owner_filter": {"userid_list": list(owners)}} if owners else {}
        answer = await self._post(path, **body, **({"cursor": cursor} if cursor else {}))
        return Page(tuple(str(row["chat_id"]) for row in answer.get("group_chat_list", ())), cursor_of(answer))

    async def group(self, chat_id: str) -> GroupSnapshot:
        """One group with its members; may lag some seconds behind a callback."""
        asked_at = clock.now()
        answer = await self._post("externalcontact/groupchat/get", chat_id=chat_id, need_name=1)
        return answers.group(answer["group_chat"], asked_at)

    async def group_figures(self, owners: Sequence[str], start: date, end: date) -> list[GroupFigures]:
        """What happened in the groups of up to 100 owners in up to 30 days of the last 180, by owner."""
        path = "externalcontact/groupchat/statistic"
        found: list[GroupFigures] = []
        offset = 0
        while True:
            answer = await self._post(path, **self._span(path, owners, start, end), limit=GROUPS_A_PAGE, offset=offset)
            items = answer.get("items", ())
            found += [_figures(row.get("data") or {}, owner=str(row.get("owner", ""))) for row in items]
            offset = int(answer.get("next_offset", 0))
            if not items or offset >= int(answer.get("total", 0)):
                return found

    async def group_figures_by_day(self, owners: Sequence[str], start: date, end: date) -> list[GroupFigures]:
        """The same by day, of all these owners together."""
        path = "externalcontact/groupchat/statistic_group_by_day"
        answer = await self._post(path, **self._span(path, owners, start, end))
        return [_figures(row.get("data") or {}, on=_day(row["stat_time"])) for row in answer.get("items", ())]

    def _span(self, path: str, owners: Sequence[str], start: date, end: date) -> dict[str, Any]:
        self._fit(path).some("owners", owners, OWNERS)
        if not 0 <= (end - start).days < DAYS:
            raise ValueError(f"{path}: a span of 1 to {DAYS} days")
        begin, last = (stamp(clock.at_local(day, time())) for day in (start, end))
        owner_filter = {"userid_list": list(owners)}
        return {"day_begin_time": begin, "day_end_time": last, "owner_filter": owner_filter}


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(int(seconds), clock.SHANGHAI).date()


def _figures(data: Row, *, owner: str = "", on: date | None = None) -> GroupFigures:
    return GroupFigures(
        owner=owner,
        on=on,
        new_groups=int(data.get("new_chat_cnt", 0)),
        groups=int(data.get("chat_total", 0)),
        groups_with_messages=int(data.get("chat_has_msg", 0)),
        new_members=int(data.get("new_member_cnt", 0)),
        members=int(data.get("member_total", 0)),
        members_who_wrote=int(data.get("member_has_msg", 0)),
        messages=int(data.get("msg_total", 0)),
    )
