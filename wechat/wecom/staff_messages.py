"""Messages from the app to members: 30 a minute and 1 000 an hour to one, what is above is dropped without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from wechat.shapes import Link
from wechat.transport import Answer
from wechat.wecom.shapes import Card, StaffMessageSent
from wechat.wecom.speaking import Row, Speaking

PATH = "message/send"
MEMBERS, PARTIES = 1000, 100
TEXT_BYTES = 2048
LONGEST_CHECK_S = 4 * 3600


class StaffMessages(Speaking):
    """Telling members. Ids that can't be reached come back; Never (81013) when that is all of them.

    once_in_s: the same content to the same members within so many seconds (at most 4 h) goes out once.
    """

    async def send_staff_text(self, userids: Sequence[str], text: str, *, once_in_s: int = 0) -> list[str]:
        """A text (up to 2 048 bytes) to up to 1 000 members; the userids that it can't reach."""
        self._fit(PATH).text("文字", text, most_bytes=TEXT_BYTES, least=1)
        return list((await self._send(userids, "text", {"content": text}, once_in_s)).unreached)

    async def send_staff_markdown(self, userids: Sequence[str], text: str, *, once_in_s: int = 0) -> StaffMessageSent:
        """A text in the platform's Markdown (up to 2 048 bytes)."""
        self._fit(PATH).text("文字", text, most_bytes=TEXT_BYTES, least=1)
        return await self._send(userids, "markdown", {"content": text}, once_in_s)

    async def send_staff_file(
        self, userids: Sequence[str], kind: Literal["image", "voice", "video", "file"], media_id: str
    ) -> StaffMessageSent:
        """An uploaded file."""
        return await self._send(userids, kind, {"media_id": media_id})

    async def send_staff_link(
        self, userids: Sequence[str], link: Link, *, button: str = "详情", once_in_s: int = 0
    ) -> StaffMessageSent:
        """A text card that opens a page: title up to 128 bytes, description 512."""
        fit = self._fit(PATH)
        fit.text("标题", link.title, most_bytes=128, least=1)
        fit.text("描述", link.description, most_bytes=512, least=1)
        card = {"title": link.title, "description": link.description, "url": link.url, "btntxt": button}
        return await self._send(userids, "textcard", card, once_in_s)

    async def send_staff_news(self, userids: Sequence[str], links: Sequence[Link]) -> StaffMessageSent:
        """One to eight articles with pictures."""
        self._fit(PATH).some("articles", links, 8)
        rows = [
            {"title": one.title, "description": one.description, "url": one.url, "picurl": one.picture_url}
            for one in links
        ]
        return await self._send(userids, "news", {"articles": rows})

    async def send_staff_mini_program(
        self, userids: Sequence[str], appid: str, page: str, title: str, items: Sequence[tuple[str, str]] = ()
    ) -> StaffMessageSent:
        """A notice that opens a mini program: title 4 to 12 characters, up to 10 lines of (name, value)."""
        fit = self._fit(PATH)
        fit.text("标题", title, most=12, least=4)
        fit.some("lines", items, 10, 0)
        lines = [{"key": name, "value": value} for name, value in items]
        notice = {"appid": appid, "page": page, "title": title, "content_item": lines}
        return await self._send(userids, "miniprogram_notice", notice)

    async def send_staff_card(self, userids: Sequence[str], card: Card) -> StaffMessageSent:
        """A template card; its task id (128 bytes, once per app) comes back with the member's tap."""
        self._fit(PATH).text("任务标识", card.task_id, most_bytes=128)
        return await self._send(userids, "template_card", _card(card))

    async def update_staff_card(self, response_code: str, *, button: str = "", card: Card | None = None) -> None:
        """Replace a card by its code (once, within 24 h): the button's text when tapped, or the whole card."""
        path = "message/update_template_card"
        said: dict[str, Any] = {"template_card": _card(card)} if card else {"button": {"replace_name": button}}
        await self._post(path, agentid=self._agentid, response_code=response_code, atall=1, **said)

    async def recall_staff_message(self, msgid: str) -> None:
        """Take a message back within 24 hours."""
        await self._post("message/recall", msgid=msgid)

    async def _send(self, userids: Sequence[str], kind: str, content: Row, once_in_s: int = 0) -> StaffMessageSent:
        self._fit(PATH).some("members", userids, MEMBERS)
        if not 0 <= once_in_s <= LONGEST_CHECK_S:
            raise ValueError("duplicates are looked for over four hours at most")
        check = {"enable_duplicate_check": 1, "duplicate_check_interval": once_in_s} if once_in_s else {}
        body = {"touser": "|".join(userids), "agentid": self._agentid, "msgtype": kind, kind: dict(content), **check}
        return _sent(await self._post(PATH, **body))


def _card(card: Card) -> dict[str, Any]:
    return {"card_type": card.kind, "task_id": card.task_id, **card.fields}


def _sent(answer: Answer) -> StaffMessageSent:
    names = "|".join(str(answer.get(name) or "") for name in ("invaliduser", "unlicenseduser"))
    unreached = tuple(userid for userid in names.split("|") if userid)
    return StaffMessageSent(str(answer.get("msgid", "")), unreached, str(answer.get("response_code", "")))
