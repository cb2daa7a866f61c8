"""The account's own state: what is left of its quotas, where the platform calls from, whether it reaches us."""

from __future__ import annotations

from typing import Literal, Protocol

from wechat.official_account.shapes import CallbackCheck, Quota


class Upkeep(Protocol):
    """Looking after the connection."""

    async def quota(self, api: str) -> Quota:
        """What is left today of one API (its path, /cgi-bin/…)."""

    async def clear_quotas(self) -> None:
        """Set today's counts of all APIs back; ten times a month, then Never (48006)."""

    async def callback_addresses(self) -> list[str]:
        """Addresses and networks that the platform calls us from."""

    async def api_addresses(self) -> list[str]:
        """Addresses that we call the platform at."""

    async def check_callback(self, action: Literal["all", "dns", "ping"] = "all") -> CallbackCheck:
        """Let the platform test its way to us: how our name resolves and what is lost on the way."""
