"""Service notices by template, and subscribe notices by consent: neither may carry marketing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from wechat.official_account.shapes import NoticeTemplate, Template


class Notices(Protocol):
    """Notices to one client, and the templates that they need."""

    async def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], url: str = "", *, once: str = ""
    ) -> str:
        """A service notice, never marketing; returns the msgid that TemplateSendFinished will name.

        once: our own id of the send (at most 64 bytes); WeChat sends the same id to the same fan once in ten minutes.
        """

    async def templates(self) -> list[Template]:
        """The templates in use, at most 25."""

    async def add_template(self, number: str, keywords: Sequence[str] = ()) -> str:
        """Take a template of the library into use (its number there, and its keywords in order); returns its id."""

    async def delete_template(self, template_id: str) -> None:
        """Take a template out of use."""

    async def send_subscribe_notice(
        self, openid: str, template_id: str, fields: Mapping[str, str], page: str = ""
    ) -> str:
        """One send for one consent of this client to this template; Never (43101) when there is none left.

        Returns the msgid that SubscriptionNoticeSent will name.
        """

    async def subscribe_templates(self) -> list[NoticeTemplate]:
        """The templates of subscribe notices in use."""

    async def add_subscribe_template(self, number: str, keywords: Sequence[int], scene: str) -> str:
        """Take a subscribe template into use: keywords are 2 to 5 numbers in order, scene says what for (15 chars)."""

    async def delete_subscribe_template(self, template_id: str) -> None:
        """Take a subscribe template out of use."""
