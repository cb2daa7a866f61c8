"""Clients of the corp: who they are, what members noted of them, and which ids stand for the same person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wechat.faults import Never
from wechat.shapes import Contact, Page
from wechat.wecom import answers
from wechat.wecom.speaking import PAGES, Speaking, cursor_of, given, texts

NO_CONTACT = 84061
MEMBERS_A_CALL = 100


class Contacts(Speaking):
    """Reading clients and noting what is known of them."""

    async def external_ids_of(self, userid: str) -> list[str]:
        """All clients of one member; empty when there are none."""
        try:
            answer = await self._get("externalcontact/list", userid=userid)
        except Never as refusal:
            if refusal.errcode == NO_CONTACT:
                return []
            raise
        return list(texts(answer.get("external_userid")))

    async def contacts_of(self, userids: Sequence[str], cursor: str = "") -> Page[Contact]:
        """Clients of up to 100 members, 100 a page; each contact carries the one relation that it was found by."""
        path = "externalcontact/batch/get_by_user"
        self._fit(path).some("members", userids, MEMBERS_A_CALL)
        answer = await self._post(path, userid_list=list(userids), cursor=cursor, limit=100)
        rows = answer.get("external_contact_list", ())
        return Page(
            tuple(answers.contact(row["external_contact"], [row["follow_info"]]) for row in rows), cursor_of(answer)
        )

    async def contact(self, external_userid: str) -> Contact:
        """One client with all relations."""
        relations: list[dict[str, Any]] = []
        cursor = ""
        answer: dict[str, Any] = {}
        for _page in range(PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._get("externalcontact/get", external_userid=external_userid, **more)
            relations += answer.get("follow_user", ())
            cursor = cursor_of(answer)
            if not cursor:
                break
        return answers.contact(answer["external_contact"], relations)

    async def remark(
        self,
        userid: str,
        external_userid: str,
        *,
        remark: str | None = None,
        description: str | None = None,
        company: str | None = None,
        mobiles: Sequence[str] | None = None,
    ) -> None:
        """Overwrite what a member noted; None leaves it. Characters: remark 20, description 150, company 20.

        mobiles replace all numbers noted before; an empty list clears them.
        """
        path = "externalcontact/remark"
        fit = self._fit(path)
        fit.text("备注", remark or "", most=20)
        fit.text("描述", description or "", most=150)
        fit.text("公司", company or "", most=20)
        numbers = None if mobiles is None else list(mobiles) or [""]
        said = given(remark=remark, description=description, remark_company=company, remark_mobiles=numbers)
        await self._post(path, userid=userid, external_userid=external_userid, **said)

    async def external_id_of(self, unionid: str, openid: str) -> str:
        """The client behind a unionid of our official account or mini program; empty when the corp has none."""
        path = "externalcontact/unionid_to_external_userid"
        try:
            answer = await self._post(path, unionid=unionid, openid=openid)
        except Never as nobody:
            if nobody.errcode in (NO_CONTACT, 40096, 610004):
                return ""
            raise
        return str(answer.get("external_userid", ""))

    async def chat_id_of(self, opengid: str) -> str:
        """The group behind the id that a page or mini program sees inside it."""
        return str((await self._post("externalcontact/opengid_to_chatid", opengid=opengid))["chat_id"])
