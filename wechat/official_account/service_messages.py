"""Customer-service messages: inside the window that the client's last action opened (5 in 48 h, or 3 in a minute)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wechat.official_account.speaking import Speaking, without_empty
from wechat.shapes import Choice, Link, MiniProgram

PATH = "/cgi-bin/message/custom/send"
TEXT_BYTES = 2048


class ServiceMessages(Speaking):
    """Speaking to one client. as_staff names the customer-service account that the client sees."""

    async def send_text(self, openid: str, text: str, *, as_staff: str = "") -> None:
        """A text of up to 2 048 bytes."""
        self._fit(PATH).text("文字", text, most_bytes=TEXT_BYTES, least=1)
        await self._send_custom(openid, "text", {"content": text}, as_staff)

    async def send_picture(self, openid: str, media_id: str, *, as_staff: str = "") -> None:
        """An uploaded picture."""
        await self._send_custom(openid, "image", {"media_id": media_id}, as_staff)

    async def send_voice(self, openid: str, media_id: str, *, as_staff: str = "") -> None:
        """An uploaded voice."""
        await self._send_custom(openid, "voice", {"media_id": media_id}, as_staff)

    async def send_video(
        self, openid: str, media_id: str, cover_media_id: str, title: str = "", description: str = ""
    ) -> None:
        """An uploaded video with its cover."""
        video = without_empty(media_id=media_id, thumb_media_id=cover_media_id, title=title, description=description)
        await self._send_custom(openid, "video", video)

    async def send_link(self, openid: str, link: Link) -> None:
        """A card that opens a page."""
        card = {"title": link.title, "description": link.description, "url": link.url, "picurl": link.picture_url}
        await self._send_custom(openid, "news", {"articles": [card]})

    async def send_article(self, openid: str, article_id: str) -> None:
        """A published article."""
        await self._send_custom(openid, "mpnewsarticle", {"article_id": article_id})

    async def send_mini_program(self, openid: str, card: MiniProgram) -> None:
        """A card that opens a page of a mini program bound to the account."""
        page = {"title": card.title, "appid": card.appid, "pagepath": card.page, "thumb_media_id": card.cover_media_id}
        await self._send_custom(openid, "miniprogrampage", page)

    async def send_choices(self, openid: str, head: str, choices: Sequence[Choice], tail: str = "") -> None:
        """Answers to tap; the tap comes back as a text with the choice's id."""
        entries = [{"id": choice.id, "content": choice.text} for choice in choices]
        await self._send_custom(openid, "msgmenu", {"head_content": head, "list": entries, "tail_content": tail})

    async def show_typing(self, openid: str, *, is_typing: bool = True) -> None:
        """Show the client that we are writing, or no longer."""
        command = "Typing" if is_typing else "CancelTyping"
        await self._post("/cgi-bin/message/custom/typing", {"touser": openid, "command": command})

    async def _send_custom(self, openid: str, kind: str, content: dict[str, Any], as_staff: str = "") -> None:
        body: dict[str, Any] = {"touser": openid, "msgtype": kind, kind: content}
        body |= {"customservice": {"kf_account": as_staff}} if as_staff else {}
        await self._post(PATH, body)
