"""Callbacks straight from the HTTP parser: uvicorn's own protocol, but a POST to /callbacks/... never becomes a task.

Everything that makes such a call unusual (an upgrade, a pipeline, HTTP/1.0, Expect, a slow reader, another method)
takes the ordinary way through ASGI, where the same intake answers it. The rules are the same on both ways.
"""

from __future__ import annotations

import asyncio
import functools
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from webhooks import intake
from webhooks.intake import Answer, Intake
from webhooks.storing import Received
from wechat import callbacks
from wechat.events import Side

PREFIX = b"/callbacks/"
BEGINNING = b"POST " + PREFIX
WHOLE = re.compile(
    rb"POST (/callbacks/[A-Za-z0-9_/-]++)\?([!-\"$-~]*+) HTTP/1\.1\r\n((?:[A-Za-z-]++: [ -~]*+\r\n)++)\r\n"
)
"""A head as WeChat and every proxy write it; what differs in one letter is the parser's."""
HEAD_BYTES = 2048
"""Headers that are longer are the parser's: what was found out about a head is remembered."""
LENGTH = re.compile(rb"(?:^|\n)content-length: ([0-9]{1,5})\r\n")
UNUSUAL = re.compile(rb"transfer-encoding|expect|upgrade|connection|content-length.*content-length", re.DOTALL)
MOMENT_S = 0.1
HEADERS = b"".join(b"%s: %s\r\n" % header for header in intake.HEADERS)


class Silent:
    """Stands where uvicorn's cycle has an asyncio.Event: nobody waits for it here."""

    def set(self) -> None:
        """Nothing to do."""


class Call:
    """One callback on its way in; has what uvicorn's protocol asks its cycle for."""

    __slots__ = (
        "body",
        "disconnected",
        "is_whole",
        "keep_alive",
        "protocol",
        "query",
        "received",
        "response_complete",
        "side",
        "size",
        "slug",
        "timer",
    )
    message_event = Silent()

    def __init__(self, protocol: CallbackProtocol, side: Side, slug: str, query: bytes, keep_alive: bool) -> None:
        self.protocol = protocol
        self.side = side
        self.slug = slug
        self.query = query
        self.keep_alive = keep_alive
        self.body = b""
        self.size = 0
        self.is_whole = False
        self.response_complete = False
        self.disconnected = False
        self.timer: asyncio.TimerHandle | None = None
        self.received: Received | None = None

    def take(self, part: bytes) -> None:
        """More of the body; what is too much is dropped."""
        self.size += len(part)
        if self.size <= callbacks.BODY_BYTES:
            self.body = self.body + part if self.body else part
        elif self.size > intake.DRAINED_BYTES:
            self.keep_alive = False
            self.refuse("size")

    def finish(self) -> None:
        """The body is whole: check it and have it stored, or turn it away."""
        self.is_whole = True
        if self.timer is not None:
            self.timer.cancel()
        if self.response_complete:
            return
        if self.size > callbacks.BODY_BYTES:
            self.refuse("size")
            return
        door = self.protocol.intake
        received = door.open(self.side, self.slug, self.query, self.body)
        self.body = b""
        if isinstance(received, Answer):
            self.answer(*received)
        else:
            self.received = received
            door.commits.put(received, self.stored)

    def stored(self, is_stored: bool) -> None:
        """The commit is done, or there was no time for it."""
        assert self.received is not None
        if is_stored:
            self.answer(200, self.received.answer)
        else:
            self.answer(*intake.NOT_STORED)

    def refuse(self, reason: str) -> None:
        """Turn it away."""
        self.answer(*self.protocol.intake.refuse(self.side, reason))

    def too_slow(self) -> None:
        """The body did not come; what follows on this connection is not read any more."""
        if not self.is_whole and not self.response_complete:
            self.keep_alive = False
            self.refuse("malformed")

    def answer(self, status: int, body: bytes) -> None:
        """Write the answer, unless the caller has gone."""
        if self.response_complete or self.disconnected:
            return
        self.response_complete = True
        self.protocol.write(status, body, self.keep_alive)


class CallbackProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with a short way for callbacks; use with `uvicorn.run(Intake(...), http=CallbackProtocol)`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # uvicorn may wrap what it was given (proxy headers, tracing); then there is no short way
        if not isinstance(self.app, Intake):
            raise TypeError("CallbackProtocol needs an Intake itself: leave proxy_headers and tracing off")
        self.intake = self.app
        self._is_between = True
        self._free_since = 0.0

    def data_received(self, data: bytes) -> None:
        """Take a whole callback at once, or feed the parser; a body that is late has a few seconds to come."""
        if data.startswith(BEGINNING) and self._take_whole(data):
            return
        super().data_received(data)
        call: Any = self.cycle
        if type(call) is Call and not call.is_whole and call.timer is None:
            call.timer = self.loop.call_later(intake.BODY_WITHIN_S, call.too_slow)

    def on_message_begin(self) -> None:
        """A new request; the dict that ASGI wants is only made for those that go there."""
        self._is_between = False
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Choose the way: short for an ordinary callback, else uvicorn's own."""
        if not self.url.startswith(PREFIX) or not self._begin_call():
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.headers, self.expect_100_continue = url, headers, expects
            self.scope["headers"] = headers
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        call: Any = self.cycle
        if type(call) is Call:
            call.take(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._is_between = True
        call: Any = self.cycle
        if type(call) is Call:
            call.finish()
        else:
            super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone; what it said is stored all the same."""
        call: Any = self.cycle
        if type(call) is Call and call.timer is not None:
            call.timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """An answer is written: the next in the pipeline, or the line may stay open a while."""
        if self.pipeline or self.timeout_keep_alive_task is None or self.transport.is_closing():
            super().on_response_complete()
        else:
            # the timer of an earlier answer runs on, instead of a new one after every callback
            self.server_state.total_requests += 1
            self.flow.resume_reading()
        self._free_since = self.loop.time()

    def timeout_keep_alive_handler(self) -> None:
        """Close the line when it has been free for long; the timer may have been set at an earlier answer."""
        cycle: Any = self.cycle
        left = self._free_since + self.timeout_keep_alive - self.loop.time()
        if left <= 0 and (cycle is None or cycle.response_complete):
            super().timeout_keep_alive_handler()
        elif not self.transport.is_closing():
            wait = max(left, MOMENT_S)
            self.timeout_keep_alive_task = self.loop.call_later(wait, self.timeout_keep_alive_handler)

    def write(self, status: int, body: bytes, keep_alive: bool) -> None:
        """Write an answer and make ready for the next request."""
        if self.transport.is_closing():
            return
        self.transport.write(_head(self.server_state.default_headers, status, len(body), keep_alive) + body)
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _take_whole(self, data: bytes) -> bool:
        # the parser has no part of a message, nobody waits on this line, and this is one request and nothing else
        cycle, found = self.cycle, WHOLE.match(data)
        is_ready = self._is_between and (cycle is None or cycle.response_complete) and not self.transport.is_closing()
        if not found or not is_ready or self.flow.write_paused or self.root_path:
            return False
        path, query, head = found.groups()
        if len(head) > HEAD_BYTES or _length(head) != len(data) - found.end():
            return False
        place = intake.place_of(path.decode("ascii"))
        if place is None:
            return False
        call: Any = Call(self, *place, query, True)
        self.cycle = call
        call.take(data[found.end() :])
        call.finish()
        return True

    def _begin_call(self) -> bool:
        parser, cycle = self.parser, self.cycle
        is_plain = (
            parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and not self.flow.write_paused
            and not self.root_path
            and (cycle is None or cycle.response_complete)
        )
        if not is_plain:
            return False
        path, _, query = self.url.partition(b"?")
        place = intake.place_of(path.decode("latin-1"))
        if place is None or b"%" in path or b"#" in query:
            return False
        call: Any = Call(self, *place, query, parser.should_keep_alive())
        self.cycle = call
        return True


@functools.lru_cache(maxsize=1024)
def _length(head: bytes) -> int:
    # how long a body these headers announce; -1: that is the parser's. A proxy sends the same headers again and again
    lower = head.lower()
    length = LENGTH.search(lower)
    return int(length[1]) if length and not UNUSUAL.search(lower) else -1


_heads: dict[tuple[int, int, bool], bytes] = {}
_heads_of: list[Any] = []


def _head(default_headers: list[tuple[bytes, bytes]], status: int, size: int, keep_alive: bool) -> bytes:
    # uvicorn makes the list of headers (it holds the date) anew every second, and most answers are alike until then
    if not _heads_of or _heads_of[0] is not default_headers:
        _heads_of[:] = [default_headers]
        _heads.clear()
    key = (status, size, keep_alive)
    head = _heads.get(key)
    if head is None:
        dated = b"".join(b"%s: %s\r\n" % header for header in default_headers)
        closing = b"" if keep_alive else b"connection: close\r\n"
        length = b"content-length: %d\r\n" % size
        head = _heads[key] = b"".join((STATUS_LINE[status], dated, HEADERS, length, closing, b"\r\n"))
    return head
