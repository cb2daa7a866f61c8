"""The corp's connection: where the platform calls from, and what its pages need."""

from __future__ import annotations

from typing import Protocol

from wechat.official_account.shapes import PageSignature


class Upkeep(Protocol):
    """Looking after the connection, and signatures for pages inside WeCom."""

    async def callback_addresses(self) -> list[str]:
        """Addresses and networks that the platform calls us from."""

    async def api_addresses(self) -> list[str]:
        """Addresses that we call the platform at."""

    async def page_signature(self, address: str, *, as_app: bool = False) -> PageSignature:
        """What the page at `address` hands to wx.config, or (as_app) to wx.agentConfig; tickets are kept 2 h."""
