"""Delivering callbacks in the background: new connection per try, five seconds, three tries, every attempt logged."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from wechat.sandbox.callbacks import answers, bodies, disorder, wrapping
from wechat.sandbox.callbacks.answers import PassiveReply
from wechat.sandbox.callbacks.wrapping import Flaws, Receiver
from wechat.sandbox.config import Switches
from wechat.sandbox.virtual_clock import VirtualClock

KEEP = 100_000


@dataclass(slots=True)
class Callback:
    """One callback and what became of it: queued, delivered, failed, dropped or without a receiver."""

    id: int
    receiver: Receiver
    label: str
    plaintext: str
    openid: str
    made_at: float
    flaws: Flaws = field(default_factory=Flaws)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = "queued"

    def show(self) -> dict[str, Any]:
        """The callback for the control plane."""
        return {
            "id": self.id,
            "app": self.receiver.app,
            "event": self.label,
            "at": self.made_at,
            "outcome": self.outcome,
            "attempts": self.attempts,
            "plaintext": self.plaintext,
        }


class Sender:
    """The queue of callbacks; it starts its workers when the first one comes, inside the running loop."""

    def __init__(self, clock: VirtualClock, switches: Switches, seed: int) -> None:
        self.clock, self.switches = clock, switches
        self.disorder = disorder.Disorder()
        self.log: deque[Callback] = deque(maxlen=KEEP)
        self.on_reply: Callable[[Callback, PassiveReply | None], None] | None = None
        self.pending = 0
        self._rng = random.Random(seed)
        self._last = 0
        self._queue: asyncio.Queue[Callback] | None = None
        self._workers: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.TimerHandle] = set()
        self._held: list[Callback] = []
        self._session: aiohttp.ClientSession | None = None

    def tell(self, receiver: Receiver, event: Mapping[str, Any], openid: str = "") -> int:
        """Queue an event (fields in order); the callback's id. A receiver without address is only logged."""
        shaped = disorder.reshape(event, self.disorder, self._rng)
        as_json = self.disorder.as_json or receiver.body_format == "json"
        write = bodies.write_json if as_json else bodies.write_xml
        label = ".".join(
            str(shaped[name]) for name in ("MsgType", "Event", "ChangeType", "UpdateDetail") if name in shaped
        )
        plaintext = disorder.spoil(write(shaped), self.disorder, self._rng)
        return self.send_raw(receiver, plaintext, openid, label.removeprefix("event."))

    def send_raw(self, receiver: Receiver, plaintext: str, openid: str = "", label: str = "raw") -> int:
        """Queue a body as it is, with the disorder of delivery applied; the callback's id."""
        callback = self._log(receiver, plaintext, openid, label)
        if not receiver.url:
            callback.outcome = "no_receiver"
            return callback.id
        callback.flaws = Flaws(
            self._happens(self.disorder.wrong_signature),
            self._happens(self.disorder.stale_timestamp),
            self._happens(self.disorder.wrong_receiver),
            self._happens(self.disorder.old_key),
        )
        if self._happens(self.disorder.drop):
            callback.outcome = "dropped"
            return callback.id
        delay_ms = self.disorder.delay_ms
        if self._happens(self.disorder.reorder):
            delay_ms += self._rng.randrange(1, self.disorder.reorder_ms + 1)
        self._put(callback, delay_ms / 1000)
        if self._happens(self.disorder.duplicate):
            self.replay(callback)
        return callback.id

    def replay(self, callback: Callback, times: int = 1) -> list[int]:
        """Queue the same body again, `times` over; workers deliver them in parallel."""
        copies = [
            self._log(callback.receiver, callback.plaintext, callback.openid, callback.label) for _ in range(times)
        ]
        for copy in copies:
            self._put(copy, 0)
        return [copy.id for copy in copies]

    def stamp(self) -> float:
        """The moment that goes into signatures: the real one, or the sandbox's own by the switch `callback_clock`."""
        return time.time() if self.switches.callback_clock == "real" else self.clock.now()

    def calm(self) -> None:
        """No disorder any more."""
        self.disorder = disorder.Disorder()
        self._let_go()

    def find(self, callback_id: int) -> Callback | None:
        """One logged callback."""
        return next((one for one in reversed(self.log) if one.id == callback_id), None)

    async def check_url(self, receiver: Receiver) -> dict[str, Any]:
        """The console's URL check: GET, answer equal byte for byte; within 1 s for WeCom, 5 s for the account."""
        query, expected = wrapping.url_check(receiver)
        limit = aiohttp.ClientTimeout(total=1 if receiver.side == "wecom" else 5)
        try:
            async with self._open().get(receiver.url, params=query, timeout=limit, allow_redirects=False) as answer:
                body = await answer.read()
                return {"ok": answer.status == 200 and body == expected.encode(), "status": answer.status}
        except (aiohttp.ClientError, TimeoutError) as error:
            return {"ok": False, "status": 0, "error": type(error).__name__}

    async def close(self) -> None:
        """Stop the workers and forget what is queued."""
        for timer in self._waiting:
            timer.cancel()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers, self._queue, self.pending = [], None, 0
        self._waiting.clear()
        self._held.clear()
        if self._session:
            await self._session.close()
            self._session = None

    def _log(self, receiver: Receiver, plaintext: str, openid: str, label: str) -> Callback:
        self._last += 1
        callback = Callback(self._last, receiver, label, plaintext, openid, self.clock.now())
        self.log.append(callback)
        return callback

    def _happens(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share

    def _put(self, callback: Callback, delay_s: float) -> None:
        loop = asyncio.get_running_loop()
        if self._queue is None:
            self._queue = asyncio.Queue()
            self._workers = [
                loop.create_task(self._work(self._queue)) for _ in range(self.switches.callback_concurrency)
            ]
        self.pending += 1
        if self.disorder.burst:
            self._hold(loop, callback)
            return
        if delay_s <= 0:
            self._queue.put_nowait(callback)
            return
        queue = self._queue

        def due() -> None:
            self._waiting.discard(timer)
            queue.put_nowait(callback)

        timer = loop.call_later(delay_s, due)
        self._waiting.add(timer)

    def _hold(self, loop: asyncio.AbstractEventLoop, callback: Callback) -> None:
        """Keep a callback back until enough of them wait, or the first has waited long enough."""
        self._held.append(callback)
        if len(self._held) >= self.disorder.burst:
            self._let_go()
        elif len(self._held) == 1:

            def due() -> None:
                self._waiting.discard(timer)
                self._let_go()

            timer = loop.call_later(self.disorder.burst_wait_ms / 1000, due)
            self._waiting.add(timer)

    def _let_go(self) -> None:
        held, self._held = self._held, []
        for callback in held:
            if self._queue is not None:
                self._queue.put_nowait(callback)

    async def _work(self, queue: asyncio.Queue[Callback]) -> None:
        while True:
            callback = await queue.get()
            try:
                await self._deliver(callback)
            finally:
                self.pending -= 1

    async def _deliver(self, callback: Callback) -> None:
        for wait_s in (0.0, *self.switches.callback_retry_s):
            if wait_s:
                await asyncio.sleep(wait_s)
            accepted, reply = await self._try(callback)
            if accepted:
                callback.outcome = "delivered"
                if reply is not None and self.on_reply:
                    self.on_reply(callback, reply)
                return
        callback.outcome = "failed"
        if self.on_reply:
            self.on_reply(callback, None)

    async def _try(self, callback: Callback) -> tuple[bool, PassiveReply | None]:
        now = self.stamp()
        started = time.perf_counter()
        attempt: dict[str, Any] = {"at": now, "status": 0, "ms": 0.0, "body": ""}
        callback.attempts.append(attempt)
        accepted, reply = False, None
        with contextlib.suppress(UnicodeDecodeError):
            try:
                query, body = wrapping.wrap(callback.receiver, callback.plaintext, callback.openid, now, callback.flaws)
                limit = aiohttp.ClientTimeout(total=self.switches.callback_timeout_s)
                kind = _JSON if body.startswith("{") else _XML
                sent = self._open().post(
                    callback.receiver.url,
                    params=query,
                    data=body.encode(),
                    headers=kind,
                    timeout=limit,
                    allow_redirects=False,
                )
                async with sent as answer:
                    text = (await answer.read()).decode()
                    attempt.update(status=answer.status, body=text[:500])
                    accepted, reply = answers.judge(callback.receiver, answer.status, text, callback.openid)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                attempt["body"] = type(error).__name__
        attempt["ms"] = round((time.perf_counter() - started) * 1000, 1)
        return accepted, reply

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(force_close=True, limit=0)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session


_XML = {"Content-Type": "text/xml"}
_JSON = {"Content-Type": "application/json"}
