"""Proofs at the door: no hostile call makes an error of ours, no forged or replayed one has an effect."""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from community.clients.models import TimelineEntry
from kernel import clock, database
from tests.wechat import hostile
from tests.wechat.hostile import Call, Hostile
from webhooks import handling
from webhooks.intake import Intake
from webhooks.models import Callback, RefusedCall
from wechat import accounts, app_rows, callbacks
from wechat.apps import App
from wechat.callbacks import BadCallback
from wechat.models import WechatApp

TOGETHER = 100
PAGE = 4096
OURS = str(Path(callbacks.__file__).parent)
PROOF = [pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(7200)]
SCAN = (
    "<xml><ToUserName>gh</ToUserName><FromUserName>o{n}</FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType>event</MsgType><Event>SCAN</Event><EventKey>s</EventKey></xml>"
)


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """The application behind the intake."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def intake(db: None) -> AsyncIterator[Intake]:
    """The real intake, with the real database behind it."""
    made = Intake(behind)
    yield made
    await made.commits.drain()


@pytest.fixture
async def plain_account(db: None) -> AsyncIterator[App]:
    """A second official account, in plain mode."""
    row = await WechatApp.create(
        side="official_account", receive_id="wxplain", name="明文号", slug="plain", mode="plain", original_id="gh"
    )
    row.token_sealed = app_rows.seal("token", "plain-token", row.id)
    await row.save()
    await accounts.refresh(0)
    found = accounts.by_slug("official_account", "plain")
    assert found is not None
    yield found
    accounts.forget()


async def answer(intake: Intake, call: Call) -> int:
    """The status that a call is answered with."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in call.parts]
    messages.append({"type": "http.disconnect"} if call.cut else {"type": "http.request", "body": b""})
    statuses: list[int] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": call.method, "path": call.path, "query_string": call.query, "headers": []}
    await intake(scope, receive, send)
    return statuses[0]


async def answers(intake: Intake, calls: Iterable[Call]) -> Counter[tuple[str, int]]:
    """How often each kind got which status; many at once, as they would come."""
    counts: Counter[tuple[str, int]] = Counter()
    source = iter(calls)
    while batch := list(itertools.islice(source, TOGETHER)):
        statuses = await asyncio.gather(*(answer(intake, call) for call in batch))
        counts.update(zip((call.kind for call in batch), statuses, strict=True))
    return counts


def resident_mb() -> float:
    """Memory of this process."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


async def unexpected() -> int:
    """How many calls met a mistake of ours."""
    return await RefusedCall.filter(reason="unexpected").count()


@pytest.mark.parametrize("count", [4_000, pytest.param(1_000_000, marks=PROOF)])
async def test_no_hostile_call_is_answered_with_an_error_of_ours(intake: Intake, count: int) -> None:
    maker = Hostile(20_261_125, hostile.our_apps())
    maker.kept = reaching_new_lines(maker, min(count, 20_000))
    seen = await answers(intake, maker.calls(count // 10))
    before, began = resident_mb(), time.perf_counter()
    seen += await answers(intake, maker.calls(count - count // 10))
    grown, took = resident_mb() - before, time.perf_counter() - began
    await intake.commits.tallies.drain()
    by_status: Counter[int] = Counter()
    for (_, status), n in seen.items():
        by_status[status] += n
    print(f"\n{count} hostile calls: {dict(by_status)}, {len(maker.kept)} kept for new lines; "
          f"memory {before:.0f} MB, grown by {grown:.1f} MB; {took:.0f} s")  # fmt: skip
    assert sum(seen.values()) == count
    assert max(by_status) < 500
    assert await unexpected() == 0
    assert grown < 96
    assert {status for kind, status in seen if kind in ("rubbish", "check")} <= {400, 403, 404, 413}, (
        "they lack a signature"
    )


@pytest.mark.parametrize("count", [1_500, pytest.param(100_000, marks=PROOF)])
async def test_no_forged_call_is_accepted(intake: Intake, plain_account: App, count: int) -> None:
    maker = Hostile(7, hostile.our_apps(), plain_account)
    seen = await answers(intake, maker.forged(count))
    print(f"\n{count} forged calls: {dict(seen)}")
    assert {status for _, status in seen} <= {400, 403, 404}
    assert await Callback.all().count() == 0
    await intake.commits.tallies.drain()
    assert await unexpected() == 0
    # and the true one, made the same way, is taken
    assert await answer(intake, maker.post("true", maker.seal(maker.plaintext().encode()))) == 200


@pytest.mark.parametrize("count", [600, pytest.param(100_000, marks=PROOF)])
async def test_no_replayed_call_has_an_effect(intake: Intake, plain_account: App, count: int) -> None:
    maker, originals = Hostile(11, hostile.our_apps(), plain_account), max(count // 100, 20)
    bodies = [SCAN.format(n=n, at=int(time.time())).encode() for n in range(originals)]
    captured = [maker.post("captured", maker.seal(body)) for body in bodies]
    assert set(await answers(intake, captured)) == {("captured", 200)}
    again = (maker.random.choice(captured) for _ in range(count // 3))
    assert set(await answers(intake, again)) == {("captured", 200)}, "WeChat repeats itself: taken, without effect"
    resealed = (maker.post("re-signed", maker.seal(maker.random.choice(bodies))) for _ in range(count // 3))
    assert set(await answers(intake, resealed)) == {("re-signed", 200)}
    with clock.frozen(clock.now() + timedelta(seconds=callbacks.FRESH_S + 30)):
        late = (maker.random.choice(captured) for _ in range(count - 2 * (count // 3)))
        assert set(await answers(intake, late)) == {("captured", 403)}
    assert await Callback.all().count() == originals
    copies = await database.fetch_value("SELECT sum(copies)::int FROM callback")
    assert copies == originals + 2 * (count // 3)
    ids: Any = await Callback.all().order_by("id").values_list("id", flat=True)
    await handling.handle(ids)
    assert await handling.handle(ids) == 0
    assert await TimelineEntry.filter(kind="code.scanned").count() == originals
    print(f"\n{count} replayed calls of {originals} true ones: {copies} deliveries, {originals} effects")


def reaching_new_lines(maker: Hostile, tries: int) -> list[bytes]:
    """Bodies that led the reader to lines (and from line to line) that no earlier one had reached."""
    known: set[tuple[int, int, int]] = set()
    kept: list[bytes] = []
    for _ in range(tries):
        maker.app = maker.random.choice(maker.apps)
        base = maker.random.choice(kept) if kept and maker.random.random() < 0.7 else maker.plaintext().encode()
        raw = maker.mutated(base) if maker.random.random() < 0.3 else maker.reworded(base)
        reached = lines_of(raw)
        if not reached <= known:
            known |= reached
            kept.append(raw)
    return kept


def lines_of(raw: bytes) -> set[tuple[int, int, int]]:
    """The steps from line to line inside our reader that this body takes."""
    steps: set[tuple[int, int, int]] = set()

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        code, before = id(frame.f_code), frame.f_lineno

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal before
            steps.add((code, before, frame.f_lineno))
            before = frame.f_lineno
            return line

        return line

    was = sys.gettrace()
    sys.settrace(inside)
    try:
        for side in ("official_account", "wecom"):
            try:
                callbacks.parse(side, raw)  # type: ignore[arg-type]
            except BadCallback:
                continue
    finally:
        sys.settrace(was)
    return steps
