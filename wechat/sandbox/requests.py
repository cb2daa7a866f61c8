"""One HTTP request as the sandbox reads it, and the few ways of answering it that WeChat, or a broken line, has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

LARGEST = 32 << 20


@dataclass(slots=True)
class Request:
    """Method, path, query and body of a request that was read whole."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str
    ip: str = "127.0.0.1"
    base: str = ""
    cookies: str = ""
    host: str = ""


@dataclass(slots=True)
class Reply:
    """Status, body and headers of an answer; `errcode` None means the body carries none."""

    body: bytes
    content_type: str = "application/json; encoding=utf-8"
    status: int = 200
    headers: dict[str, str] | None = None
    errcode: int | None = None


async def read(scope: Scope, receive: Receive) -> Request:
    """The request with its whole body; ValueError when it is larger than anything WeChat takes."""
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        if size > LARGEST:
            raise ValueError("request too large")
        pieces.append(piece)
        more = message.get("more_body", False) and message["type"] == "http.request"
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    kind = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"), "")
    ip = str((scope.get("client") or ("127.0.0.1", 0))[0])
    host, port = scope.get("server") or ("127.0.0.1", 80)
    base = f"http://[{host}]:{port}" if ":" in str(host) else f"http://{host}:{port}"
    cookies = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    called = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return Request(scope["method"], scope["path"], query, b"".join(pieces), kind, ip, base, cookies, called)


async def write(reply: Reply, send: Send, cut: bool = False) -> None:
    """Send the answer; `cut` promises the whole body and sends half of it."""
    headers = [(b"content-type", reply.content_type.encode()), (b"content-length", str(len(reply.body)).encode())]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in (reply.headers or {}).items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = reply.body[: len(reply.body) // 2] if cut else reply.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})


async def hang(receive: Receive) -> None:
    """Say nothing until the caller gives up."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def drop(receive: Receive, send: Send, flush: bool = False) -> None:
    """Cut the connection: at once, or after what was written so far has left.

    The ASGI protocol has no word for it, so this reaches for the transport behind uvicorn's `send`.
    """
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("only uvicorn lets the sandbox cut a connection")
    if flush:
        transport.close()
    else:
        transport.abort()
    await hang(receive)
