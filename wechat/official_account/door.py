"""The real official account: rare calls through wechatpy's API classes, sends straight on the transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from wechat.endpoints import AccountEndpoints
from wechat.shapes import Button, Choice, Fan, Link, Page, QrCode, SignedIn
from wechat.tokens import Tokens
from wechat.transport import Transport

FANS_A_CALL = 100
OPENIDS_A_PAGE = 10_000


class RealOfficialAccount:
    """Speaks to api.weixin.qq.com, or to whatever stands at that address in the host map."""

    def __init__(self, transport: Transport, *, appid: str, secret: str, page_url: str, picture_url: str) -> None:
        self._transport = transport
        self._appid = appid
        self._secret = secret
        self._page_url = page_url
        self._picture_url = picture_url
        self._api = AccountEndpoints(transport)
        transport.use_tokens(Tokens(f"official_account:{appid}", self._fetch_token))

    async def fan(self, openid: str) -> Fan:
        """One person, following or not."""
        return _fan(await self._api.user.get(openid))

    async def fans(self, openids: Sequence[str]) -> list[Fan]:
        """Up to 100 people in one call."""
        if len(openids) > FANS_A_CALL:
            raise ValueError(f"at most {FANS_A_CALL} openids a call")
        return [_fan(row) for row in await self._api.user.get_batch(list(openids))] if openids else []

    async def all_openids(self, cursor: str = "") -> Page[str]:
        """Openids of all followers, 10 000 a page."""
        answer = await self._api.user.get_followers(cursor or None)
        openids = tuple((answer.get("data") or {}).get("openid", ()))
        # next_openid comes even with the last page: a page that is not full is the last
        return Page(openids, str(answer.get("next_openid", "")) if len(openids) >= OPENIDS_A_PAGE else "")

    async def send_text(self, openid: str, text: str) -> None:
        """A customer-service text."""
        await self._send_custom(openid, "text", {"content": text})

    async def send_link(self, openid: str, link: Link) -> None:
        """A customer-service card that opens a page."""
        card = {"title": link.title, "description": link.description, "url": link.url, "picurl": link.picture_url}
        await self._send_custom(openid, "news", {"articles": [card]})

    async def send_choices(self, openid: str, head: str, choices: Sequence[Choice], tail: str = "") -> None:
        """A customer-service message with answers to tap."""
        entries = [{"id": choice.id, "content": choice.text} for choice in choices]
        await self._send_custom(openid, "msgmenu", {"head_content": head, "list": entries, "tail_content": tail})

    async def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], url: str = "", *, once: str = ""
    ) -> str:
        """A service notice; the msgid."""
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in fields.items()},
        }
        if url:
            body["url"] = url
        if once:
            body["client_msg_id"] = once
        answer = await self._transport.call("POST", "/cgi-bin/message/template/send", body=body)
        return str(answer.get("msgid", ""))

    async def make_qr(self, scene: str, seconds: int = 2_592_000) -> QrCode:
        """A code for a scene text."""
        request: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        request |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds} if seconds else {}
        request.setdefault("action_name", "QR_LIMIT_STR_SCENE")
        answer = await self._api.qrcode.create(request)
        ticket = str(answer["ticket"])
        picture = f"{self._picture_url}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
        return QrCode(ticket, str(answer.get("url", "")), picture, int(answer.get("expire_seconds", 0)))

    async def set_menu(self, buttons: Sequence[Button]) -> None:
        """Replace the account's menu."""
        await self._api.menu.create({"button": [_button(one) for one in buttons]})

    def sign_in_url(self, redirect: str, state: str, *, with_unionid: bool = False) -> str:
        """Address that sends the client back with a code."""
        scope = "snsapi_userinfo" if with_unionid else "snsapi_base"
        return sign_in_url(self._page_url, self._appid, redirect, scope, state)

    async def openid_of(self, code: str) -> SignedIn:
        """Who brought the code."""
        params = {"appid": self._appid, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        answer = await self._transport.call("GET", "/sns/oauth2/access_token", params=params, signed=False)
        return SignedIn(str(answer["openid"]), str(answer.get("unionid", "")))

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _send_custom(self, openid: str, kind: str, content: dict[str, Any]) -> None:
        body = {"touser": openid, "msgtype": kind, kind: content}
        await self._transport.call("POST", "/cgi-bin/message/custom/send", body=body)

    async def _fetch_token(self) -> tuple[str, int]:
        # the stable kind: asking again does not void the token that other processes hold
        body = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret}
        answer = await self._transport.call("POST", "/cgi-bin/stable_token", body=body, signed=False)
        return str(answer["access_token"]), int(answer["expires_in"])


def sign_in_url(page_url: str, appid: str, redirect: str, scope: str, state: str, **more: str) -> str:
    """The platform's OAuth page, of an official account or a corp."""
    query = {"appid": appid, "redirect_uri": redirect, "response_type": "code", "scope": scope, "state": state, **more}
    return f"{page_url}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


def _fan(row: Mapping[str, Any]) -> Fan:
    followed = int(row.get("subscribe_time", 0))
    scene = str(row.get("qr_scene_str") or row.get("qr_scene") or "")
    return Fan(
        openid=str(row["openid"]),
        follows=int(row.get("subscribe", 0)) == 1,
        unionid=str(row.get("unionid", "")),
        followed_at=datetime.fromtimestamp(followed, UTC) if followed else None,
        channel=str(row.get("subscribe_scene", "")),
        scene="" if scene == "0" else scene,
        tag_ids=tuple(row.get("tagid_list", ())),
    )


def _button(one: Button) -> dict[str, Any]:
    if one.entries:
        return {"name": one.name, "sub_button": [_button(entry) for entry in one.entries]}
    if one.url:
        return {"type": "view", "name": one.name, "url": one.url}
    return {"type": "click", "name": one.name, "key": one.key}
