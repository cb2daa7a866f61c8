"""Service notices by template, and subscribe notices by consent: neither may carry marketing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wechat.official_account.shapes import NoticeTemplate, Template
from wechat.official_account.speaking import Speaking, without_empty


class Notices(Speaking):
    """Notices to one client, and the templates that they need."""

    async def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], url: str = "", *, once: str = ""
    ) -> str:
        """A service notice, never marketing; returns the msgid that TemplateSendFinished will name.

        once: our own id of the send (at most 64 bytes); WeChat sends the same id to the same fan once in ten minutes.
        """
        body: dict[str, Any] = {"touser": openid, "template_id": template_id, "data": _data(fields)}
        body |= without_empty(url=url, client_msg_id=once)
        answer = await self._post("/cgi-bin/message/template/send", body)
        return str(answer.get("msgid", ""))

    async def templates(self) -> list[Template]:
        """The templates in use, at most 25."""
        answer = await self._get("/cgi-bin/template/get_all_private_template")
        return [
            Template(
                str(row["template_id"]),
                str(row.get("title", "")),
                str(row.get("content", "")),
                str(row.get("example", "")),
                str(row.get("primary_industry", "")),
            )
            for row in answer.get("template_list", ())
        ]

    async def add_template(self, number: str, keywords: Sequence[str] = ()) -> str:
        """Take a template of the library into use (its number there, and its keywords in order); returns its id."""
        body = {"template_id_short": number, **without_empty(keyword_name_list=list(keywords) or None)}
        return str((await self._post("/cgi-bin/template/api_add_template", body))["template_id"])

    async def delete_template(self, template_id: str) -> None:
        """Take a template out of use."""
        await self._post("/cgi-bin/template/del_private_template", {"template_id": template_id})

    async def send_subscribe_notice(
        self, openid: str, template_id: str, fields: Mapping[str, str], page: str = ""
    ) -> str:
        """One send for one consent of this client to this template; Never (43101) when there is none left.

        Returns the msgid that SubscriptionNoticeSent will name.
        """
        body = {"touser": openid, "template_id": template_id, "data": _data(fields), **without_empty(page=page)}
        answer = await self._post("/cgi-bin/message/subscribe/bizsend", body)
        return str(answer.get("msgid", ""))

    async def subscribe_templates(self) -> list[NoticeTemplate]:
        """The templates of subscribe notices in use."""
        rows = (await self._get("/wxaapi/newtmpl/gettemplate")).get("data", ())
        return [
            NoticeTemplate(
                str(row["priTmplId"]), str(row.get("title", "")), str(row.get("content", "")), int(row.get("type", 2))
            )
            for row in rows
        ]

    async def add_subscribe_template(self, number: str, keywords: Sequence[int], scene: str) -> str:
        """Take a subscribe template into use: keywords are 2 to 5 numbers in order, scene says what for (15 chars)."""
        path = "/wxaapi/newtmpl/addtemplate"
        self._fit(path).some("keywords", keywords, 5, 2)
        self._fit(path).text("使用场景", scene, most=15, least=1)
        answer = await self._post(path, {"tid": number, "kidList": list(keywords), "sceneDesc": scene})
        return str(answer["priTmplId"])

    async def delete_subscribe_template(self, template_id: str) -> None:
        """Take a subscribe template out of use."""
        await self._post("/wxaapi/newtmpl/deltemplate", {"priTmplId": template_id})


def _data(fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in fields.items()}
