"""The real official account: all its subjects on one transport, with one token and page ticket for all."""

from __future__ import annotations

from wechat.endpoints import AccountEndpoints
from wechat.official_account.articles import Articles
from wechat.official_account.fan_tags import FanTags
from wechat.official_account.fans import Fans
from wechat.official_account.figures import Figures
from wechat.official_account.mass_messages import MassMessages
from wechat.official_account.media import Media
from wechat.official_account.menus import Menus
from wechat.official_account.notices import Notices
from wechat.official_account.pages import Pages
from wechat.official_account.service_messages import ServiceMessages
from wechat.official_account.service_staff import ServiceStaffAccounts
from wechat.official_account.upkeep import Upkeep
from wechat.tokens import Tokens
from wechat.transport import Transport


class RealOfficialAccount(
    Fans,
    FanTags,
    ServiceMessages,
    MassMessages,
    Notices,
    Media,
    Articles,
    Menus,
    Pages,
    ServiceStaffAccounts,
    Figures,
    Upkeep,
):
    """Speaks to api.weixin.qq.com, or to whatever stands at that address in the host map."""

    def __init__(self, transport: Transport, *, appid: str, secret: str, page_url: str, picture_url: str) -> None:
        self._transport = transport
        self._appid = appid
        self._secret = secret
        self._page_url = page_url
        self._picture_url = picture_url
        self._api = AccountEndpoints(transport)
        transport.use_tokens(Tokens(f"official_account:{appid}", self._fetch_token))
        self._ticket = Tokens(f"official_account:{appid}:jsapi", self._fetch_ticket)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _fetch_token(self) -> tuple[str, int]:
        # the stable kind: asking again does not void the token that other processes hold
        body = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret}
        answer = await self._transport.call("POST", "/cgi-bin/stable_token", body=body, signed=False)
        return str(answer["access_token"]), int(answer["expires_in"])
