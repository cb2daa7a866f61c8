"""Pages and codes: QR codes, web sign-in, and what a page needs to use WeChat's own functions."""

from __future__ import annotations

from typing import Protocol

from wechat.official_account.shapes import PageSignature, Profile
from wechat.shapes import QrCode, SignedIn

LONGEST_CODE_S = 2_592_000


class Pages(Protocol):
    """Codes, sign-in and signatures."""

    async def make_qr(self, scene: str, seconds: int = LONGEST_CODE_S) -> QrCode:
        """A code for a scene text (1 to 64 characters) for up to 30 days; seconds 0: one of 100 000 for good."""

    async def page_signature(self, address: str) -> PageSignature:
        """What the page at `address` (without its fragment) hands to the JS-SDK; the ticket is shared and kept 2 h."""

    def sign_in_url(self, redirect: str, state: str, *, with_unionid: bool = False) -> str:
        """Address that sends the client back to `redirect` with a code, once, for five minutes."""

    async def openid_of(self, code: str) -> SignedIn:
        """Who brought the code; Never (reason code_invalid or code_used) when it is not good any more."""

    async def profile_of(self, code: str) -> Profile:
        """As `openid_of`, with what the client agreed to show (a sign-in with unionid)."""
