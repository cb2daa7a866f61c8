"""The corp's connection: where the platform calls from, and what its pages need."""

from __future__ import annotations

import secrets

from kernel import clock
from wechat.official_account.pages import sign_page
from wechat.official_account.shapes import PageSignature
from wechat.tokens import Tokens
from wechat.wecom.speaking import Speaking, texts


class Upkeep(Speaking):
    """Looking after the connection, and signatures for pages inside WeCom."""

    _corp_ticket: Tokens
    _app_ticket: Tokens

    async def callback_addresses(self) -> list[str]:
        """Addresses and networks that the platform calls us from."""
        return list(texts((await self._get("getcallbackip")).get("ip_list")))

    async def api_addresses(self) -> list[str]:
        """Addresses that we call the platform at."""
        return list(texts((await self._get("get_api_domain_ip")).get("ip_list")))

    async def page_signature(self, address: str, *, as_app: bool = False) -> PageSignature:
        """What the page at `address` hands to wx.config, or (as_app) to wx.agentConfig; tickets are kept 2 h."""
        ticket = await (self._app_ticket if as_app else self._corp_ticket).current()
        return sign_page(self._corpid, ticket, address, secrets.token_hex(8), int(clock.now().timestamp()))

    async def _fetch_corp_ticket(self) -> tuple[str, int]:
        answer = await self._get("get_jsapi_ticket")
        return str(answer["ticket"]), int(answer["expires_in"])

    async def _fetch_app_ticket(self) -> tuple[str, int]:
        answer = await self._get("ticket/get", type="agent_config")
        return str(answer["ticket"]), int(answer["expires_in"])
