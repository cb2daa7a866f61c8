"""What people see when a page ends without success: a sentence that helps and a request id; never a cause."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel import logs
from kernel.errors import Later, Refused
from web import denials, rendering
from wechat.faults import WeChatFault

_log = logs.get(__name__)
_TITLES = {
    403: "没有权限",
    404: "没有找到",
    405: "不能这样打开",
    413: "文件太大",
    429: "请稍后再试",
    502: "微信没有完成",
    503: "请稍后再试",
}
_BUG = "系统出错，已记录。请重试，或把下面的编号告诉管理员。"
_MESSAGES = {404: "这个页面不存在，或您无权查看", 405: "请从页面上的按钮操作"}


class Errors:
    """ASGI middleware: a bug is logged whole and answered with its request id only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 500 when the page raised before it answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def watching_send(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watching_send)
        except Exception:
            # client pages carry a personal token in their address: the door's name says enough
            door = getattr(scope.get("route"), "name", "") or scope["path"].split("/")[1]
            _log.exception("page.failed", door=door, method=scope["method"])
            if has_started:
                raise
            request = Request(scope, receive)
            response = tell(request, 500, "这一步没有完成", _BUG, "internal")
            await response(scope, receive, send)


def tell(request: Request, status: int, title: str, message: str, code: str) -> Response:
    """The message as JSON for programs, as a part for htmx, or as a page."""
    if request.url.path.startswith("/api/"):
        body = {"error": {"code": code, "message": message, "request_id": getattr(request.state, "request_id", "")}}
        return JSONResponse(body, status_code=status)
    template = "error_part.html" if rendering.is_fragment(request) else "error.html"
    return rendering.render(
        request, template, status=status, title=title, message=message, code=code, error_status=status
    )


async def refused(request: Request, error: Exception) -> Response:
    """A person can be told."""
    assert isinstance(error, Refused)
    response = tell(request, error.status, _TITLES.get(error.status, "这一步没有完成"), error.message, error.code)
    return denials.watch(request, response, error.status, error.code)


async def later(request: Request, error: Exception) -> Response:
    """Something we need is busy: come back."""
    assert isinstance(error, Later)
    response = tell(request, 503, _TITLES[503], "系统正忙，请稍后重试", "busy")
    response.headers["Retry-After"] = str(max(1, math.ceil(error.after)))
    return response


async def platform(request: Request, error: Exception) -> Response:
    """WeChat said no, or nothing: what it means is in the fault's own words for staff."""
    assert isinstance(error, WeChatFault)
    if isinstance(error, Later):
        return await later(request, error)
    return tell(request, 502, _TITLES[502], error.message or "微信没有完成这一步，请稍后重试", f"wechat.{error.kind}")


async def http(request: Request, error: Exception) -> Response:
    """The router's own refusals: no such page, no such method, a body that is too large."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    message = _MESSAGES.get(status, "请求的内容不完整或格式不对")
    response = tell(request, status, _TITLES.get(status, "这一步没有完成"), message, f"http.{status}")
    response.headers.update(error.headers or {})
    return response


def handlers() -> Mapping[Any, Any]:
    """Exception handlers of the application."""
    return {Refused: refused, Later: later, WeChatFault: platform, HTTPException: http}
