"""Handing clients and groups over: between members on the job, and from those who left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from wechat.shapes import Page
from wechat.wecom.shapes import Refusal, Transfer, Unassigned
from wechat.wecom.speaking import Row, Speaking, cursor_of, moment

A_CALL = 100
STATES: dict[int, Literal["done", "waiting", "refused", "over_limit", "none"]] = {
    1: "done",
    2: "waiting",
    3: "refused",
    4: "over_limit",
    5: "none",
}


class Transfers(Speaking):
    """Changing who looks after whom. Refusals name the ids that WeCom did not take."""

    async def transfer_contacts(
        self, handover: str, takeover: str, external_userids: Sequence[str], message: str = ""
    ) -> list[Refusal]:
        """Up to 100 clients to another member on the job; takes effect after 24 h, twice per client in 90 days.

        message: what clients are told, up to 200 characters; empty: WeCom's own text.
        """
        path = "externalcontact/transfer_customer"
        self._fit(path).text("转接提示", message, most=200)
        return await self._transfer(path, handover, takeover, external_userids, message)

    async def transfer_results(self, handover: str, takeover: str, cursor: str = "") -> Page[Transfer]:
        """How the hand-overs between two members on the job stand."""
        return await self._results("externalcontact/transfer_result", handover, takeover, cursor)

    async def transfer_contacts_of_left(
        self, handover: str, takeover: str, external_userids: Sequence[str]
    ) -> list[Refusal]:
        """Up to 100 clients of a member who left; Never (40097) while the member is still there."""
        return await self._transfer("externalcontact/resigned/transfer_customer", handover, takeover, external_userids)

    async def transfer_results_of_left(self, handover: str, takeover: str, cursor: str = "") -> Page[Transfer]:
        """How the hand-overs from a member who left stand."""
        return await self._results("externalcontact/resigned/transfer_result", handover, takeover, cursor)

    async def unassigned(self, cursor: str = "") -> Page[Unassigned]:
        """Clients whose member left and who have nobody yet, 1 000 a page."""
        answer = await self._post("externalcontact/get_unassigned_list", page_size=1000, cursor=cursor)
        found = tuple(
            Unassigned(str(row["handover_userid"]), str(row["external_userid"]), moment(row.get("dimission_time")))
            for row in answer.get("info", ())
        )
        return Page(found, "" if answer.get("is_last") else cursor_of(answer))

    async def transfer_groups_of_left(self, chat_ids: Sequence[str], new_owner: str) -> list[Refusal]:
        """Up to 100 groups of an owner who left; 300 a day and old owner."""
        return await self._groups("externalcontact/groupchat/transfer", chat_ids, new_owner)

    async def transfer_groups(self, chat_ids: Sequence[str], new_owner: str) -> list[Refusal]:
        """Up to 100 groups of an owner on the job; 300 a day and owner, twice per group in 90 days."""
        return await self._groups("externalcontact/groupchat/onjob_transfer", chat_ids, new_owner)

    async def _transfer(
        self, path: str, handover: str, takeover: str, external_userids: Sequence[str], message: str = ""
    ) -> list[Refusal]:
        self._fit(path).some("clients", external_userids, A_CALL)
        said = {"transfer_success_msg": message} if message else {}
        answer = await self._post(
            path,
            handover_userid=handover,
            takeover_userid=takeover,
            external_userid=list(external_userids),
            **said,
        )
        return _refusals(answer.get("customer", ()), "external_userid")

    async def _results(self, path: str, handover: str, takeover: str, cursor: str) -> Page[Transfer]:
        answer = await self._post(path, handover_userid=handover, takeover_userid=takeover, cursor=cursor)
        found = tuple(
            Transfer(
                str(row["external_userid"]),
                STATES.get(int(row.get("status", 5)), "waiting"),
                moment(row.get("takeover_time")),
            )
            for row in answer.get("customer", ())
        )
        return Page(found, cursor_of(answer))

    async def _groups(self, path: str, chat_ids: Sequence[str], new_owner: str) -> list[Refusal]:
        self._fit(path).some("groups", chat_ids, A_CALL)
        answer = await self._post(path, chat_id_list=list(chat_ids), new_owner=new_owner)
        return _refusals(answer.get("failed_chat_list", ()), "chat_id")


def _refusals(rows: Sequence[Row], name: str) -> list[Refusal]:
    return [Refusal(str(row[name]), int(row["errcode"])) for row in rows if row.get("errcode")]
