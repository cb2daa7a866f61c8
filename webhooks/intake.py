"""WeChat's calls come in here, in front of the router: verified, opened, stored with others, and only then answered."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel import logs
from webhooks import answering_at_once, kinds
from webhooks.committing import GroupCommit, NotStored
from webhooks.storing import Received
from wechat import bodies, callbacks, recognition, watching
from wechat.apps import App
from wechat.callbacks import BadCallback, Receiver
from wechat.events import Fields, Side

SIDES: dict[str, Side] = {"/callbacks/official_account": "official_account", "/callbacks/wecom": "wecom"}
ACCEPTED: dict[Side, bytes] = {"official_account": b"success", "wecom": b""}
DRAINED_BYTES = 4 * 1024 * 1024
"""How much of an oversized body is still read (and dropped), so that its sender sees the answer, not a broken pipe."""
BODY_WITHIN_S = 5.0
"""WeChat sends at once; whoever dribbles is not WeChat."""
STATUSES = {"size": 413, "signature": 403, "stale": 403, "receiver": 403, "not_configured": 404}
FIELDS = 20
MARK_EVERY_S = 1.0
_log = logs.get(__name__)


class Answer(NamedTuple):
    """What goes back."""

    status: int
    body: bytes = b""


NOT_STORED = Answer(503)


class Intake:
    """An ASGI application that answers /callbacks/... itself and hands everything else to `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.commits = GroupCommit()
        self._marked: dict[int, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or pass it on."""
        if scope["type"] == "http" and (place := place_of(scope["path"])):
            await _send(send, await self._answer(*place, scope, receive))
        elif scope["type"] == "lifespan":
            await self.app(scope, self._drain_first(receive), send)
        else:
            await self.app(scope, receive, send)

    def open(self, side: Side, slug: str, query: bytes, body: bytes) -> Received | Answer:
        """What a POST brought, checked and understood, ready to be stored; or how it is turned away, and counted."""
        keys = None
        try:
            keys = callbacks.keys_of(side, slug)
            received = _understand(keys, _query(query), body)
        except BadCallback as refused:
            return self.refuse(side, refused.reason, keys)
        except Exception:
            # nothing a stranger sends may look like our failure; it is a bug of ours all the same, so it is logged
            _log.exception("callback.unexpected", side=side)
            return self.refuse(side, "unexpected")
        self._mark(keys)
        return received

    def refuse(self, side: Side, reason: str, keys: Receiver | None = None) -> Answer:
        """Turn a call away; only a count is left of it."""
        self.commits.refuse(side, reason)
        if keys is not None:
            watching.refused(keys, reason)
        return Answer(STATUSES.get(reason, 400))

    async def _answer(self, side: Side, slug: str, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] == "GET":
            return self._check(side, slug, scope["query_string"])
        if scope["method"] != "POST":
            return Answer(405)
        try:
            body = await _body(receive)
        except BadCallback as refused:
            return self.refuse(side, refused.reason)
        received = self.open(side, slug, scope["query_string"], body)
        if isinstance(received, Answer):
            return received
        try:
            await self.commits.store(received)
        except NotStored:
            # not accepted: WeChat calls again
            return NOT_STORED
        return Answer(200, received.answer)

    def _check(self, side: Side, slug: str, query: bytes) -> Answer:
        keys = None
        try:
            keys = callbacks.keys_of(side, slug)
            echo = callbacks.answer_check(keys, _query(query))
        except BadCallback as refused:
            return self.refuse(side, refused.reason, keys)
        watching.verified(keys)
        return Answer(200, echo)

    def _mark(self, keys: Receiver) -> None:
        # the mark is a time of day: once a second says as much as five thousand times
        now, known = time.monotonic(), id(keys)
        if now - self._marked.get(known, 0.0) > MARK_EVERY_S:
            if len(self._marked) > 1000:
                self._marked.clear()
            self._marked[known] = now
            watching.received(keys)

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
        text = raw.decode("latin-1")
        try:
            return dict([part.split("=", 1) for part in text.split("&")])
        except ValueError:
            return {name: value for name, _, value in (part.partition("=") for part in text.split("&"))}
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


def _understand(keys: App, query: dict[str, str], body: bytes) -> Received:
    plain = callbacks.open_post(keys, query, body)
    fields = bodies.read(plain)
    kind, lane = kinds.sorted_in(keys.side, fields)
    answer = (_reply(keys, fields) if kind == kinds.TEXT else None) or ACCEPTED[keys.side]
    return Received(keys.side, keys.receive_id, callbacks.digest(plain), kind, lane, plain, answer)


def _reply(keys: App, fields: Fields) -> bytes | None:
    # only what is answered is read whole here; everything else is when it is handled
    if not answering_at_once.may_answer(keys) or not answering_at_once.asks_for_person(str(fields.get("Content", ""))):
        return None
    return answering_at_once.reply_to(keys, recognition.recognise(keys.side, fields, keys.receive_id))


async def _send(send: Send, answer: Answer) -> None:
    headers = [*HEADERS, (b"content-length", str(len(answer.body)).encode())]
    if answer.status == 405:
        headers.append((b"allow", b"GET, POST"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


HEADERS = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
