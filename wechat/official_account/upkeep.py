"""The account's own state: what is left of its quotas, where the platform calls from, whether it reaches us."""

from __future__ import annotations

from typing import Literal

from wechat.official_account.shapes import CallbackCheck, Quota
from wechat.official_account.speaking import Speaking


class Upkeep(Speaking):
    """Looking after the connection."""

    async def quota(self, api: str) -> Quota:
        """What is left today of one API (its path, /cgi-bin/…)."""
        answer = await self._post("/cgi-bin/openapi/quota/get", {"cgi_path": api})
        quota, rate = answer["quota"], answer.get("rate_limit") or {}
        limit, used = int(quota.get("daily_limit", 0)), int(quota.get("used", 0))
        return Quota(limit, used, int(quota.get("remain", limit - used)), int(rate.get("call_count", 0)))

    async def clear_quotas(self) -> None:
        """Set today's counts of all APIs back; ten times a month, then Never (48006)."""
        await self._post("/cgi-bin/clear_quota", {"appid": self._appid})

    async def callback_addresses(self) -> list[str]:
        """Addresses and networks that the platform calls us from."""
        return [str(one) for one in (await self._get("/cgi-bin/getcallbackip")).get("ip_list", ())]

    async def api_addresses(self) -> list[str]:
        """Addresses that we call the platform at."""
        return [str(one) for one in (await self._get("/cgi-bin/get_api_domain_ip")).get("ip_list", ())]

    async def check_callback(self, action: Literal["all", "dns", "ping"] = "all") -> CallbackCheck:
        """Let the platform test its way to us: how our name resolves and what is lost on the way."""
        answer = await self._post("/cgi-bin/callback/check", {"action": action, "check_operator": "DEFAULT"})
        pings = tuple(
            (str(row.get("ip", "")), str(row.get("package_loss", "")), str(row.get("time", "")))
            for row in answer.get("ping", ())
        )
        return CallbackCheck(tuple(str(row.get("ip", "")) for row in answer.get("dns", ())), pings)
