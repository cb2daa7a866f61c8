"""How much a request may bring: small forms everywhere, a bank's file only where files are taken in."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.errors import Refused
from web import uploads

SMALL = 1024 * 1024
LARGE_PATHS = {"/imports/check": uploads.LARGEST + SMALL}


class TooLarge(Refused):
    """The body is larger than this page takes."""

    def __init__(self) -> None:
        super().__init__("提交的内容太大", code="body.too_large", status=413)


class BodyLimit:
    """ASGI middleware: counts what arrives and stops reading where the page's limit is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a body that stays within its limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = LARGE_PATHS.get(scope["path"], SMALL)
        arrived = 0

        async def counting_receive() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise TooLarge
            return message

        await self.app(scope, counting_receive, send)
