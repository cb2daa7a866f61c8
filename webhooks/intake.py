"""WeChat's calls come in here, in front of the router: verified, opened, stored with others, and only then answered."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel import logs
from webhooks import kinds
from webhooks.committing import GroupCommit
from webhooks.inbox import Received
from wechat import callbacks, watching
from wechat.callbacks import BadCallback, Receiver
from wechat.events import Side

SIDES: dict[str, Side] = {"/callbacks/official_account": "official_account", "/callbacks/wecom": "wecom"}
ACCEPTED: dict[Side, bytes] = {"official_account": b"success", "wecom": b""}
DRAINED_BYTES = 4 * 1024 * 1024
"""How much of an oversized body is still read (and dropped), so that its sender sees the answer, not a broken pipe."""
BODY_WITHIN_S = 5.0
"""WeChat sends at once; whoever dribbles is not WeChat."""
STATUSES = {"size": 413, "signature": 403, "stale": 403, "receiver": 403, "not_configured": 404}
FIELDS = 20
_log = logs.get(__name__)


class Answer(NamedTuple):
    """What goes back."""

    status: int
    body: bytes = b""


class Intake:
    """An ASGI application that answers /callbacks/... itself and hands everything else to `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.commits = GroupCommit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or pass it on."""
        if scope["type"] == "http" and (place := place_of(scope["path"])):
            await _send(send, await self._answer(*place, scope, receive))
        elif scope["type"] == "lifespan":
            await self.app(scope, self._drain_first(receive), send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, side: Side, slug: str, scope: Scope, receive: Receive) -> Answer:
        method, keys = scope["method"], None
        if method not in ("GET", "POST"):
            return Answer(405)
        try:
            keys = callbacks.keys_of(side, slug)
            query = _query(scope["query_string"])
            if method == "GET":
                echo = callbacks.answer_check(keys, query)
                watching.verified(keys)
                return Answer(200, echo)
            received = _understand(keys, query, await _body(receive))
            watching.received(keys)
        except BadCallback as refused:
            self.commits.refuse(side, refused.reason)
            if keys is not None:
                watching.refused(keys, refused.reason)
            return Answer(STATUSES.get(refused.reason, 400))
        except Exception:
            # nothing a stranger sends may look like our failure; it is a bug of ours all the same, so it is logged
            self.commits.refuse(side, "unexpected")
            _log.exception("callback.unexpected", side=side)
            return Answer(400)
        return await self._store(received)

    async def _store(self, received: Received) -> Answer:
        try:
            await self.commits.store(received)
        except Exception as error:
            # not stored, so not accepted: WeChat calls again
            _log.warning("callback.not_stored", side=received.side, reason=type(error).__name__)
            return Answer(503)
        return Answer(200, ACCEPTED[received.side])

    def _drain_first(self, receive: Receive) -> Receive:
        async def receive_after_draining() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.commits.drain()
            return message

        return receive_after_draining


def place_of(path: str) -> tuple[Side, str] | None:
    """Side and account (its slug; empty for the short address) of a callback address; None for any other address."""
    if (side := SIDES.get(path)) is not None:
        return side, ""
    if not path.startswith("/callbacks/"):
        return None
    head, _, slug = path.rpartition("/")
    found = SIDES.get(head)
    return (found, slug) if found and slug else None


def _query(raw: bytes) -> dict[str, str]:
    if b"%" not in raw and b"+" not in raw and raw.count(b"&") < FIELDS:
        # what WeChat sends with a callback needs no unquoting, and the standard way costs a sixth of the whole intake
        pairs = (part.partition("=") for part in raw.decode("latin-1").split("&"))
        return {name: value for name, _, value in pairs}
    try:
        return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise BadCallback("malformed") from None


async def _body(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await _read_body(receive)
    except TimeoutError:
        raise BadCallback("malformed") from None


async def _read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadCallback("malformed")
        part = message.get("body", b"")
        size += len(part)
        if size <= callbacks.BODY_BYTES:
            parts.append(part)
        if size > DRAINED_BYTES or not message.get("more_body", False):
            break
    if size > callbacks.BODY_BYTES:
        raise BadCallback("size")
    return b"".join(parts)


def _understand(keys: Receiver, query: dict[str, str], body: bytes) -> Received:
    plain = callbacks.open_post(keys, query, body)
    event = callbacks.parse(keys.side, plain, keys.receive_id)
    digest = callbacks.digest(plain)
    return Received(keys.side, keys.receive_id, digest, kinds.kind_of(event), kinds.lane_of(event), plain)


async def _send(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    if answer.status == 405:
        headers.append((b"allow", b"GET, POST"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
