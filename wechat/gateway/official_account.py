"""The official account in our words.

Every verb raises `wechat.faults.WeChatFault`: Later (and NotSent, certainly not sent), Never (this person or content),
Blocked (hold the account), Done (it was done before), Unknown (a send left and no clear answer came).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from wechat.shapes import Button, Choice, Fan, Link, Page, QrCode, SignedIn


class OfficialAccount(Protocol):
    """The bank's service account (公众号)."""

    async def fan(self, openid: str) -> Fan:
        """One person, following or not."""

    async def fans(self, openids: Sequence[str]) -> list[Fan]:
        """Up to 100 people in one call."""

    async def all_openids(self, cursor: str = "") -> Page[str]:
        """Openids of all followers, 10 000 a page."""

    async def send_text(self, openid: str, text: str) -> None:
        """A customer-service text inside the window that the client's last action opened."""

    async def send_link(self, openid: str, link: Link) -> None:
        """A customer-service card that opens a page."""

    async def send_choices(self, openid: str, head: str, choices: Sequence[Choice], tail: str = "") -> None:
        """A customer-service message with answers to tap."""

    async def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], url: str = "", *, once: str = ""
    ) -> str:
        """A service notice, never marketing; returns the msgid that TemplateSendFinished will name.

        once: our own id of the send (at most 64 bytes); WeChat sends the same id to the same fan once in ten minutes.
        """

    async def make_qr(self, scene: str, seconds: int = 2_592_000) -> QrCode:
        """A code for a scene text (1 to 64 characters); seconds 0 makes a permanent one."""

    async def set_menu(self, buttons: Sequence[Button]) -> None:
        """Replace the account's menu: up to three buttons of up to five entries."""

    def sign_in_url(self, redirect: str, state: str, *, with_unionid: bool = False) -> str:
        """Address that sends the client back to `redirect` with a code, once, for five minutes."""

    async def openid_of(self, code: str) -> SignedIn:
        """Who brought the code; Never (reason code_invalid or code_used) when it is not good any more."""

    async def close(self) -> None:
        """Close the connections."""
