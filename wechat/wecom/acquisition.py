"""Customer-acquisition links (获客助手): bought by the number of clients who come by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from kernel import clock
from wechat.shapes import Page
from wechat.wecom.shapes import AcquiredContact, AcquisitionFigures, AcquisitionLink, AcquisitionQuota
from wechat.wecom.speaking import Row, Speaking, cursor_of, moment, stamp, texts

PATH = "externalcontact/customer_acquisition"
NAME, MEMBERS = 30, 500


class Acquisition(Speaking):
    """Making links and seeing who came by them."""

    async def acquisition_link_ids(self, cursor: str = "") -> Page[str]:
        """Ids of all links, 100 a page."""
        answer = await self._post(f"{PATH}/list_link", limit=100, cursor=cursor)
        return Page(texts(answer.get("link_id_list")), cursor_of(answer))

    async def acquisition_link(self, link_id: str) -> AcquisitionLink:
        """One link with its members."""
        return _link(await self._post(f"{PATH}/get", link_id=link_id))

    async def create_acquisition_link(
        self, name: str, userids: Sequence[str], departments: Sequence[int] = (), *, needs_no_consent: bool = True
    ) -> AcquisitionLink:
        """A new link (name up to 30 characters) to up to 500 members, and departments."""
        path = f"{PATH}/create_link"
        body = self._members(path, name, userids, departments)
        answer = await self._post(path, link_name=name, skip_verify=needs_no_consent, **body)
        return _link({**answer, **body})

    async def change_acquisition_link(
        self, link_id: str, name: str, userids: Sequence[str], departments: Sequence[int] = ()
    ) -> None:
        """Overwrite name and members of a link."""
        path = f"{PATH}/update_link"
        body = self._members(path, name, userids, departments)
        await self._post(path, link_id=link_id, link_name=name, **body)

    async def delete_acquisition_link(self, link_id: str) -> None:
        """Delete a link; it stops working."""
        await self._post(f"{PATH}/delete_link", link_id=link_id)

    async def acquired_contacts(self, link_id: str, cursor: str = "") -> Page[AcquiredContact]:
        """Clients who came by a link, 1 000 a page."""
        answer = await self._post(f"{PATH}/customer", link_id=link_id, limit=1000, cursor=cursor)
        found = tuple(
            AcquiredContact(
                str(row["external_userid"]),
                str(row.get("userid", "")),
                int(row.get("chat_status", 0)) == 1,
                str(row.get("state", "")),
            )
            for row in answer.get("customer_list", ())
        )
        return Page(found, cursor_of(answer))

    async def acquisition_quota(self) -> AcquisitionQuota:
        """How many clients may still come."""
        answer = await self._get("externalcontact/customer_acquisition_quota")
        return AcquisitionQuota(int(answer.get("total", 0)), int(answer.get("balance", 0)))

    async def acquisition_figures(self, link_id: str, start: date, end: date) -> AcquisitionFigures:
        """Clicks and clients of a link in up to 30 days."""
        begin, last = (stamp(clock.at_local(day, time())) for day in (start, end))
        answer = await self._post(f"{PATH}/statistic", link_id=link_id, start_time=begin, end_time=last)
        return AcquisitionFigures(int(answer.get("click_link_customer_cnt", 0)), int(answer.get("new_customer_cnt", 0)))

    def _members(self, path: str, name: str, userids: Sequence[str], departments: Sequence[int]) -> dict[str, Any]:
        self._fit(path).text("链接名称", name, most=NAME, least=1)
        self._fit(path).some("members", userids, MEMBERS, 0 if departments else 1)
        return {"range": {"user_list": list(userids), "department_list": list(departments)}}


def _link(answer: Row) -> AcquisitionLink:
    row, span = answer["link"], answer.get("range") or {}
    return AcquisitionLink(
        link_id=str(row["link_id"]),
        name=str(row.get("link_name", "")),
        url=str(row.get("url", "")),
        userids=texts(span.get("user_list")),
        departments=tuple(int(one) for one in span.get("department_list") or ()),
        made_at=moment(row.get("create_time")),
        needs_no_consent=bool(answer.get("skip_verify", row.get("skip_verify", True))),
    )
