"""How long data is kept: due rows are told before they go, and another person agrees to a change."""

from __future__ import annotations

from datetime import timedelta

from community.clients import timeline
from community.clients.models import Client, TimelineEntry
from community.privacy import retention
from community.privacy.models import RetentionRule, RetentionRun
from community.sending.models import Send
from kernel import clock
from kernel.models import JobRun
from staff import approvals
from staff.models import Approval, AuditEntry, Staff


async def _old_and_new() -> None:
    client = await Client.create()
    for days in (4000, 1000, 1):
        await timeline.record(client.id, "menu.tapped", at=clock.now() - timedelta(days=days))


async def test_what_is_due_is_counted_and_then_goes_with_a_trace(signed_in):
    await _old_and_new()
    assert await retention.due("timeline") == 1
    page = await (await signed_in("administrator")).get("/settings/retention")
    assert "客户时间线" in page.text
    assert await retention.sweep("timeline") == 1
    assert await retention.sweep("timeline") == 0
    assert await TimelineEntry.all().count() == 2
    run = await RetentionRun.all().order_by("id").first()
    assert run is not None
    assert (run.rows, run.finished_at is not None) == (1, True)
    assert await AuditEntry.filter(action="retention.swept").count() == 1, "an empty pass leaves no entry"


async def test_a_change_holds_once_another_person_agreed(signed_in, people):
    await _old_and_new()
    browser = await signed_in("administrator")
    day = clock.today().isoformat()
    form = {"kind": "timeline", "days": "365", "effective_on": day, "basis": "本行制度第 7 条"}
    assert (await browser.post("/settings/retention", form)).status == 303
    assert await retention.due("timeline") == 1, "not yet"
    asked = await Approval.get()
    assert "变更待批准" in (await browser.get("/settings/retention")).text
    other = await Staff.create(login="r9", name="总行复核", role="reviewer", reach="bank")
    await approvals.approve(asked.id, asked.content_hash, other)
    assert (await RetentionRule.get()).days == 365
    assert await retention.due("timeline") == 2


async def test_no_period_is_shorter_than_the_law_demands(signed_in):
    browser = await signed_in("administrator")
    for kind, least in (("unlinked_movements", "3650"), ("send_bodies", "1095"), ("timeline", "90")):
        form = {"kind": kind, "days": "30", "effective_on": clock.today().isoformat(), "basis": "x"}
        answer = await browser.post("/settings/retention", form)
        assert answer.status == 422
        assert least in answer.text
    assert await Approval.all().count() == 0


async def test_a_kind_of_every_package_can_be_swept(db):
    await JobRun.create(job="often", started_at=clock.now() - timedelta(days=30), outcome="done")
    await JobRun.create(job="often", started_at=clock.now(), outcome="done")
    assert await retention.sweep_all() == 1
    assert {one.kind for one in await RetentionRun.all()} == {one.kind for one in retention.kinds() if one.sweep}
    assert {"callbacks", "send_bodies", "inbound", "import_refusals", "unlinked_movements"} <= {
        one.kind for one in retention.kinds()
    }


async def test_what_was_sent_and_never_ended_is_emptied_from_when_it_was_handed_over(db):
    old = clock.now() - timedelta(days=1900)
    common = {"purpose": "marketing", "channel": "oa_service", "recipient": "o1", "due_at": old}
    kept = await Send.create(key="t:1", state="accepted", accepted_at=clock.now(), **common)
    gone = [
        await Send.create(key="t:2", state="accepted", accepted_at=old, **common),
        await Send.create(key="t:3", state="planned", **common),
    ]
    await Send.filter(id__in=[kept.id, gone[1].id]).update(created_at=old)
    assert await retention.sweep("send_bodies") == 2
    assert {one.id for one in await Send.filter(recipient="o1")} == {kept.id}
