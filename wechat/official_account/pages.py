"""Pages and codes: QR codes, web sign-in, and what a page needs to use WeChat's own functions."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from urllib.parse import quote, urlencode

from kernel import clock
from wechat.official_account.shapes import PageSignature, Profile
from wechat.official_account.speaking import Speaking
from wechat.shapes import QrCode, SignedIn
from wechat.tokens import Tokens

LONGEST_CODE_S = 2_592_000


class Pages(Speaking):
    """Codes, sign-in and signatures."""

    _ticket: Tokens

    async def make_qr(self, scene: str, seconds: int = LONGEST_CODE_S) -> QrCode:
        """A code for a scene text (1 to 64 characters) for up to 30 days; seconds 0: one of 100 000 for good."""
        path = "/cgi-bin/qrcode/create"
        self._fit(path).text("场景值", scene, most=64, least=1)
        if not 0 <= seconds <= LONGEST_CODE_S:
            raise ValueError("a code lives at most 30 days")
        request: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        request |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds} if seconds else {}
        request.setdefault("action_name", "QR_LIMIT_STR_SCENE")
        answer = await self._post(path, request)
        ticket = str(answer["ticket"])
        picture = f"{self._picture_url}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
        return QrCode(ticket, str(answer.get("url", "")), picture, int(answer.get("expire_seconds", 0)))

    async def page_signature(self, address: str) -> PageSignature:
        """What the page at `address` (without its fragment) hands to the JS-SDK; the ticket is shared and kept 2 h."""
        ticket = await self._ticket.current()
        return sign_page(self._appid, ticket, address, secrets.token_hex(8), int(clock.now().timestamp()))

    def sign_in_url(self, redirect: str, state: str, *, with_unionid: bool = False) -> str:
        """Address that sends the client back to `redirect` with a code, once, for five minutes."""
        scope = "snsapi_userinfo" if with_unionid else "snsapi_base"
        return sign_in_url(self._page_url, self._appid, redirect, scope, state)

    async def openid_of(self, code: str) -> SignedIn:
        """Who brought the code; Never (reason code_invalid or code_used) when it is not good any more."""
        answer = await self._exchange_code(code)
        return SignedIn(str(answer["openid"]), str(answer.get("unionid", "")))

    async def profile_of(self, code: str) -> Profile:
        """As `openid_of`, with what the client agreed to show (a sign-in with unionid)."""
        known = await self._exchange_code(code)
        params = {"access_token": known["access_token"], "openid": known["openid"], "lang": "zh_CN"}
        row = await self._transport.call("GET", "/sns/userinfo", params=params, signed=False)
        name, picture = str(row.get("nickname", "")), str(row.get("headimgurl", ""))
        return Profile(str(row["openid"]), str(row.get("unionid", "")), name, picture)

    async def _exchange_code(self, code: str) -> Any:
        params = {"appid": self._appid, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        return await self._transport.call("GET", "/sns/oauth2/access_token", params=params, signed=False)

    async def _fetch_ticket(self) -> tuple[str, int]:
        answer = await self._get("/cgi-bin/ticket/getticket", type="jsapi")
        return str(answer["ticket"]), int(answer["expires_in"])


def sign_page(appid: str, ticket: str, address: str, nonce: str, timestamp: int) -> PageSignature:
    """The platform's rule: sha1 over ticket, nonce, time and the address without its fragment."""
    bare = address.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={bare}"
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()  # nosemgrep: no-broken-hash
    return PageSignature(appid, timestamp, nonce, digest)


def sign_in_url(page_url: str, appid: str, redirect: str, scope: str, state: str, **more: str) -> str:
    """The platform's OAuth page, of an official account or a corp."""
    query = {"appid": appid, "redirect_uri": redirect, "response_type": "code", "scope": scope, "state": state, **more}
    return f"{page_url}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"
