"""The circuit breaker: what an app may not call now, as rows that every process reads and staff see with their reason.

A quota's hold ends by itself. A hold of the account, or for want of answers, lets one call try after its pause: an
answer closes it, another failure holds it longer.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel import clock, database, logs
from wechat import handling
from wechat.events import Side
from wechat.faults import Blocked, NotSent, WeChatFault
from wechat.handling import Hold

REFRESH_S = 2.0
PROBE_S = 2.0
ALL = "*"
READ = """
SELECT api, kind, reason, message, errcode, until_at, slowed_to, slowed_until FROM api_hold
WHERE app = $1 AND ended_at IS NULL AND (until_at IS NULL OR kind <> 'quota' OR greatest(until_at, slowed_until) > $2)
"""
AGAIN = """
CASE WHEN api_hold.ended_at IS NULL AND api_hold.reason = excluded.reason
  AND api_hold.until_at > excluded.since - interval '1 hour' THEN api_hold.times + 1 ELSE 1 END
"""
# many calls under way meet the same refusal: the row that holds already is left as it is, so that they count once
HOLD = f"""
INSERT INTO api_hold (app, api, kind, reason, message, errcode, since, until_at, slowed_to, slowed_until)
VALUES ($1, $2, $3, $4, $5, $6, $7::timestamptz, $7::timestamptz + ($8::float8[])[1] * interval '1 second', $9, $10)
ON CONFLICT (app, api) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, message = excluded.message,
  errcode = excluded.errcode, since = excluded.since, ended_at = NULL, ended_by_id = NULL, times = {AGAIN},
  until_at = excluded.since + ($8::float8[])[least({AGAIN}, cardinality($8::float8[]))] * interval '1 second',
  slowed_to = CASE WHEN api_hold.slowed_until > excluded.since
    THEN greatest(api_hold.slowed_to * excluded.slowed_to, 0.05) ELSE excluded.slowed_to END,
  slowed_until = excluded.slowed_until
WHERE api_hold.ended_at IS NOT NULL OR api_hold.until_at <= excluded.since
"""  # noqa: S608  # only constants of this file are filled in
END = "UPDATE api_hold SET ended_at = $3, ended_by_id = $4 WHERE app = $1 AND api = $2 AND ended_at IS NULL"
LIST = """
SELECT id, app, api, kind, reason, message, errcode, since, until_at, times, slowed_to, slowed_until FROM api_hold
WHERE ended_at IS NULL AND (until_at IS NULL OR kind <> 'quota' OR greatest(until_at, slowed_until) > $1)
ORDER BY app, api
"""
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """One hold as a process knows it; until_at None: until somebody ends it."""

    kind: str
    reason: str
    message: str
    errcode: int | None
    until_at: datetime | None
    slowed_to: float
    slowed_until: datetime | None


class Breaker:
    """The holds of one app, in this process: read from the table every two seconds while it calls."""

    def __init__(self, side: Side, app: str) -> None:
        self._side: Side = side
        self.app = app
        self._held: dict[str, Held] = {}
        self._knows = False
        self._read_at = float("-inf")
        self._failures: dict[str, int] = {}
        self._probing: dict[str, float] = {}
        self._reading: asyncio.Task[None] | None = None

    async def admit(self, api: str) -> None:
        """Let a call pass, or raise what holds it: Blocked (quota, account) or NotSent (no answers)."""
        await self._keep_fresh()
        if not self._held:
            return
        if self._closed(api) is not None:
            # somebody may have ended it since: what is told to the caller is what the table says now
            await self._read_again()
            if (closed := self._closed(api)) is not None:
                raise self._fault(*closed, api)

    def share(self, api: str) -> float:
        """The part of the usual rate that this API may use now."""
        held = self._held.get(api) if self._held else None
        return held.slowed_to if held and held.slowed_until and held.slowed_until > clock.now() else 1.0

    async def answered(self, api: str) -> None:
        """A call got an answer that speaks against no hold."""
        self._failures.pop(api, None)
        for place in (ALL, api):
            held = self._held.get(place)
            if held is not None and held.kind != "quota":
                del self._held[place]
                self._probing.pop(place, None)
                await self._write(END, place, clock.now(), None)

    async def failed(self, api: str, fault: WeChatFault) -> None:
        """A call failed: hold what its code or the number of failures asks for; sets the pause on a quota's fault."""
        hold = handling.hold_for(api, fault)
        if hold is None and handling.is_trouble(fault):
            count = self._failures[api] = self._failures.get(api, 0) + 1
            known = self._held.get(api)
            if count >= handling.TROUBLE_AT or (known is not None and known.kind == "trouble"):
                hold = Hold(api, "trouble", handling.TROUBLE_PAUSES)
        elif hold is None and fault.errcode is not None:
            await self.answered(api)
        if hold is not None:
            await self._hold(hold, fault)
        self._probing.pop(api, None)

    async def close(self) -> None:
        """Wait for what is being read."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _hold(self, hold: Hold, fault: WeChatFault) -> None:
        now = clock.now()
        slowed = (0.5, now + timedelta(seconds=hold.pauses[0] + handling.SLOWED_S)) if hold.slows else (1.0, None)
        said = (hold.kind, fault.reason[:60], fault.message[:200], fault.errcode, now, list(hold.pauses), *slowed)
        _log.warning("api.held", app=self.app, api=hold.api, kind=hold.kind, reason=fault.reason, code=fault.errcode)
        if hold.api not in self._held:  # at once for the calls beside this one; the row says more exactly
            until = now + timedelta(seconds=hold.pauses[0])
            self._held[hold.api] = Held(hold.kind, fault.reason, fault.message, fault.errcode, until, *slowed)
        await self._write(HOLD, hold.api, *said)
        # only now that the new end is known: a moment earlier the old one, which is over, would let another probe pass
        self._probing.pop(hold.api, None)
        held = self._held.get(hold.api)
        if held is not None and held.kind == "quota" and held.until_at is not None:
            fault.pause = max((held.until_at - now).total_seconds(), 1.0)

    def _closed(self, api: str) -> tuple[Held, float] | None:
        for place in (ALL, api):
            held = self._held.get(place)
            if held is not None and (after := self._closed_for(place, held)) > 0:
                return held, after
        return None

    def _closed_for(self, place: str, held: Held) -> float:
        # seconds until a call may pass; 0 lets this one pass, as the probe where the hold does not end by itself
        now, tick = clock.now(), time.monotonic()
        left = (held.until_at - now).total_seconds() if held.until_at else handling.ACCOUNT_PAUSES[0]
        if left > 0 or held.kind == "quota":
            return max(left, 0.0)
        if self._probing.get(place, 0.0) > tick:
            return PROBE_S
        self._probing[place] = tick + 10.0
        return 0.0

    def _fault(self, held: Held, after: float, api: str) -> WeChatFault:
        kind = NotSent if held.kind == "trouble" else Blocked
        reason, message = ("resting", RESTING) if held.kind == "trouble" else (held.reason, held.message)
        return kind(side=self._side, api=api, errcode=held.errcode, reason=reason, message=message, after=after)

    async def _keep_fresh(self) -> None:
        if self._knows and time.monotonic() - self._read_at < REFRESH_S:
            return
        if not self._knows:  # a process that knows nothing yet waits; later ones go on with what they know
            await self._read_again()
            self._knows = True
        elif self._reading is None or self._reading.done():
            self._begin_reading()

    def _begin_reading(self) -> asyncio.Task[None]:
        self._read_at = time.monotonic()
        self._reading = _apart(self._read())
        return self._reading

    async def _read_again(self) -> None:
        running = self._reading
        await asyncio.wait([running if running is not None and not running.done() else self._begin_reading()])

    async def _read(self) -> None:
        try:
            rows = await database.fetch(READ, self.app, clock.now())
        except Exception as error:  # whatever the database has: a hold that can't be read stops no call
            _log.warning("breaker.blind", app=self.app, reason=type(error).__name__)
            return
        self._read_at = time.monotonic()
        self._held = {row.pop("api"): Held(**row) for row in rows}

    async def _write(self, statement: str, api: str, *values: Any) -> None:
        await asyncio.wait([_apart(self._write_and_read(statement, api, values))])

    async def _write_and_read(self, statement: str, api: str, values: tuple[Any, ...]) -> None:
        try:
            await database.execute(statement, self.app, api, *values)
        except Exception as error:  # whatever the database has: a hold that can't be read stops no call
            _log.warning("breaker.alone", app=self.app, api=api, reason=type(error).__name__)
            return
        await self._read()


RESTING = "微信接口连续没有答复，暂停调用，稍后自动重试"


async def holds() -> list[database.Row]:
    """All holds in force and APIs that go slowly, for the page."""
    return await database.fetch(LIST, clock.now())


async def hold_of(hold_id: int) -> database.Row | None:
    """One hold that has not been ended, by its number."""
    return await database.fetch_one("SELECT id, app, api FROM api_hold WHERE id = $1 AND ended_at IS NULL", hold_id)


async def release(app: str, api: str, by_staff_id: int | None = None) -> bool:
    """Try again now: ends the hold, in every process within two seconds. False when there was none."""
    return bool(await database.execute(END, app, api, clock.now(), by_staff_id))


async def release_account(side: Side, receive_id: str = "") -> int:
    """End all holds of an account (of a corp's every app), or of all accounts of a side: its channel is used again."""
    account = f"{side}:{receive_id}" if receive_id else side
    statement = "UPDATE api_hold SET ended_at = $2 WHERE ended_at IS NULL AND (app = $1 OR starts_with(app, $1 || ':'))"
    return await database.execute(statement, account, clock.now())


async def release_app(app: str, by_staff_id: int | None = None) -> int:
    """End what holds the whole app or its APIs for the account's sake: its secret or settings were just changed."""
    statement = "UPDATE api_hold SET ended_at = $2, ended_by_id = $3 WHERE app = $1 AND ended_at IS NULL"
    return await database.execute(f"{statement} AND kind = 'account'", app, clock.now(), by_staff_id)


def _apart(work: Any) -> asyncio.Task[None]:
    # a context of its own: what is written must outlive whatever transaction the caller is in
    return asyncio.create_task(work, context=contextvars.Context())
