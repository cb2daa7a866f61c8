"""wechatpy's API classes on our transport, for calls whose bodies it knows well.

wechatpy serves as the book of addresses and bodies only: its methods end in `client._request`, which here hands over to
`Transport.call` and returns the coroutine. Its own transport has no time limits, recurses without bound on a refused
token and puts secrets into exceptions.
"""

from __future__ import annotations

from typing import Any

from wechatpy.client import WeChatClient as AccountClient

from wechat.transport import Transport


class OnTransport:
    """Replaces what wechatpy's clients do about HTTP, tokens and secrets."""

    API_BASE_URL = ""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def access_token(self) -> str:
        """wechatpy must never hold a token."""
        raise AttributeError("access_token")

    async def _request(self, method: str, url_or_endpoint: str, **given: Any) -> Any:
        base = given.pop("api_base_url", self.API_BASE_URL)
        address = url_or_endpoint if "://" in url_or_endpoint else f"{base}{url_or_endpoint}"
        # hosts are hard-coded per API class: only the path counts, the host is the transport's
        path = "/" + address.partition("://")[2].partition("/")[2]
        process = given.pop("result_processor", None)
        files = given.pop("files", None)
        answer = await self._transport.call(
            method.upper(),
            path,
            params=given.get("params"),
            body=given.get("data"),
            upload=files["media"] if files else None,
        )
        return process(answer) if process else answer


class AccountEndpoints(OnTransport, AccountClient):  # type: ignore[misc]  # wechatpy has no types
    """The official account's calls."""

    API_BASE_URL = AccountClient.API_BASE_URL
