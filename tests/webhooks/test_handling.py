"""From stored to handled: effects happen once, failures wait and return, dead letters can be replayed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from community.clients.models import Client, TimelineEntry
from community.privacy import retention
from community.sending.models import Send
from kernel import clock, database
from staff.models import AuditEntry, Staff
from tests.webhooks.calling import Caller
from webhooks import handling, inbox, retaining, tasks
from webhooks.models import Callback

SCAN = {"Event": "SCAN", "EventKey": "branch-42"}


@asynccontextmanager
async def timeline_out_of_order() -> AsyncIterator[None]:
    """For a while nothing can be written into the timeline."""
    await database.execute_script("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'phone 13812345678'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON timeline_entry EXECUTE FUNCTION refuse();
    """)
    try:
        yield
    finally:
        await database.execute_script("DROP TRIGGER refuse ON timeline_entry; DROP FUNCTION refuse();")


async def ids() -> list[int]:
    found: list[int] = await Callback.all().order_by("id").values_list("id", flat=True)  # type: ignore[assignment]
    return found


async def test_one_callback_delivered_five_times_has_one_effect(wechat: Caller) -> None:
    at = int(time.time())
    for _ in range(3):
        await wechat.account_event("o1", at, **SCAN)
    await asyncio.gather(*(wechat.account_event("o1", at, **SCAN) for _ in range(2)))
    stored_ids = await ids()
    await asyncio.gather(*(tasks.handle_callbacks.now(stored_ids) for _ in range(4)))
    await tasks.sweep_unhandled.now()
    assert await TimelineEntry.filter(kind="code.scanned").count() == 1
    assert await Client.all().count() == 1
    stored = await Callback.get()
    assert (stored.state, stored.copies, stored.attempts) == ("handled", 5, 1)


async def test_an_unknown_event_is_kept_and_set_aside(wechat: Caller) -> None:
    await wechat.account_event("o1", Event="sandbox_future_event")
    await handling.handle(await ids())
    stored = await Callback.get()
    assert (stored.state, stored.kind) == ("unknown", "?event.sandbox_future_event")


async def test_peers_3_an_effect_that_fails_after_its_event_is_stored_is_tried_again_and_never_swallowed(
    wechat: Caller,
) -> None:
    at = int(time.time())
    async with timeline_out_of_order():
        await wechat.account_event("o1", at, **SCAN)
        assert await handling.handle(await ids()) == 1
        # WeChat tells it once more: known, so that nothing new is stored, and the failed one stays to be tried
        await wechat.account_event("o1", at, **SCAN)
    assert (await Callback.get()).state == "failed"
    assert await TimelineEntry.filter(kind="code.scanned").count() == 0
    with clock.frozen(clock.now() + timedelta(seconds=10)):
        await tasks.sweep_unhandled.now()
    assert (await Callback.get()).state == "handled"
    assert await TimelineEntry.filter(kind="code.scanned").count() == 1


async def test_a_failing_recipe_waits_longer_each_time_becomes_a_dead_letter_and_can_be_replayed(
    wechat: Caller,
) -> None:
    await wechat.account_event("o1", **SCAN)
    now = clock.now()
    waits = []
    async with timeline_out_of_order():
        for _ in range(len(inbox.PAUSES_S) + 1):
            with clock.frozen(now):
                assert await handling.handle(await ids()) == 1
            stored = await Callback.get()
            if stored.next_try_at:
                waits.append((stored.next_try_at - now).total_seconds())
                with clock.frozen(now):
                    assert await handling.handle(await ids()) == 0
                now = stored.next_try_at
    assert waits == list(inbox.PAUSES_S)
    assert (stored.state, stored.attempts) == ("dead", 8)
    assert "138" not in stored.problem
    assert "community/clients/timeline.py" in stored.problem or "kernel/database.py" in stored.problem
    assert await Client.all().count() == 0

    with clock.frozen(now + timedelta(days=1)):
        await tasks.sweep_unhandled.now()
    assert (await Callback.get()).state == "dead"
    person = await Staff.create(login="ops", name="运维", role="administrator")
    assert await inbox.replay(await ids(), by=person) == await ids()
    with clock.frozen(now + timedelta(days=1)):
        await tasks.sweep_unhandled.now()
    assert (await Callback.get()).state == "handled"
    assert await TimelineEntry.filter(kind="code.scanned").count() == 1
    assert await AuditEntry.filter(action="callback.replayed", staff_id=person.id).count() == 1


async def test_the_sweep_finds_what_nobody_was_woken_for(wechat: Caller) -> None:
    for n in range(30):
        await wechat.account_event(f"o{n}", **SCAN)
    await tasks.sweep_unhandled.now()
    assert await Callback.filter(state="handled").count() == 0, "their wake-up may still come"
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        await tasks.sweep_unhandled.now()
    assert await Callback.filter(state="handled").count() == 30


async def test_what_a_dead_worker_held_is_taken_over_and_its_late_finish_undone(wechat: Caller) -> None:
    await wechat.account_event("o1", **SCAN)
    (held,) = await inbox.claim(await ids())
    assert await inbox.claim(await ids()) == []
    with clock.frozen(clock.now() + inbox.LEASE + timedelta(seconds=6)):
        await tasks.sweep_unhandled.now()
    assert (await Callback.get()).state == "handled"
    with pytest.raises(inbox.LostClaim):
        await inbox.finish(held)


async def test_one_bad_callback_does_not_hold_up_the_others(wechat: Caller) -> None:
    await wechat.account_event("o1", **SCAN)
    await wechat.account_event("o2", Event="unsubscribe")
    await wechat.corp_event(Event="change_external_chat", ChangeType="create", ChatId="wr1")
    async with timeline_out_of_order():
        assert await handling.handle(await ids()) == 3
    assert await Callback.all().order_by("id").values_list("state", flat=True) == ["failed", "failed", "handled"]


async def test_a_body_that_no_key_opens_fails_alone(wechat: Caller) -> None:
    await wechat.account_event("o1", **SCAN)
    await wechat.account_event("o2", **SCAN)
    await Callback.filter(id=(await ids())[0]).update(body_sealed=b"\x00\x01 sealed with a key that is gone")
    assert await handling.handle(await ids()) == 2
    assert await Callback.all().order_by("id").values_list("state", flat=True) == ["failed", "handled"]
    assert "Unreadable" in (await Callback.get(state="failed")).problem


async def test_old_handled_callbacks_are_forgotten_and_dead_letters_kept(wechat: Caller) -> None:
    await wechat.account_event("o1", **SCAN)
    await wechat.account_event("o2", **SCAN)
    await handling.handle(await ids())
    await Callback.filter(id=(await ids())[1]).update(state="dead")
    await retention.sweep(retaining.CALLBACKS.kind)
    assert await Callback.all().count() == 2
    with clock.frozen(clock.now() + timedelta(days=91)):
        await retention.sweep(retaining.CALLBACKS.kind)
    assert [one.state for one in await Callback.all()] == ["dead"]


async def test_a_welcome_held_by_a_dead_worker_is_taken_over_while_its_code_lives(wechat: Caller) -> None:
    event = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": "zhang.wei"}
    await wechat.corp_event(**event, ExternalUserID="wm1", WelcomeCode="CODE")
    await wechat.account_event("o1", **SCAN)
    assert len(await inbox.claim((await ids())[:1])) == 1
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        await tasks.sweep_urgent.now()
        assert await Callback.filter(state="handled").values_list("kind", flat=True) == ["contact_added"]
        await tasks.sweep_unhandled.now()
    assert await Callback.filter(state="handled").count() == 2
    assert await Send.filter(channel="wecom_welcome", welcome_code="CODE").count() == 1


async def test_peers_13_a_worker_killed_while_it_works_leaves_no_half_and_is_taken_over_after_the_lease(
    wechat: Caller, crash: Any
) -> None:
    await wechat.account_event("o1", **SCAN)
    program = (
        "import asyncio\nfrom kernel import database, tasks\nfrom processes import schema\n"
        "from webhooks import handling\n"
        "async def run():\n    await database.open_database(schema.config())\n"
        f"    await handling.handle({await ids()})\nasyncio.run(run())"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env={**os.environ, **crash("callback.before_commit")}
    )
    assert await child.wait() == -signal.SIGKILL
    assert await TimelineEntry.all().count() == 0
    assert (await Callback.get()).state == "claimed"
    with clock.frozen(clock.now() + timedelta(seconds=40)):
        await tasks.sweep_unhandled.now()
    assert await TimelineEntry.filter(kind="code.scanned").count() == 1
