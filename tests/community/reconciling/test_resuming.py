"""A pass that is killed or has to wait goes on where it was, and nobody is removed before all was read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from community.clients import fan_listing
from community.clients import tasks as client_tasks
from community.clients.mirror_models import ContactTag, CorpTag
from community.clients.models import Client, Contact, Fan, Tag, TimelineEntry
from community.reconciling import passes, running, tasks
from community.reconciling.models import Drift, ReconcileRun
from kernel import clock, crashpoints, database
from kernel.errors import Refused
from staff.models import AuditEntry, Staff
from wechat.sandbox.client import Sandbox

CORP, ACCOUNT = "wwtest0000000001", "wxtest0000000001"


class Killed(BaseException):
    """What nothing in the product catches: the process is no more."""


async def crowd(sandbox: Sandbox, members: int = 3, clients: int = 250) -> None:
    await sandbox.seed("bulk", clients=clients, members=members)


async def test_a_killed_pass_goes_on_with_the_page_it_had_reached(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(sandbox)
    run_id = await running.begin("contacts", CORP)
    assert run_id is not None

    def dies(_name: str) -> None:
        if asked["left"] == 0:
            raise Killed
        asked["left"] -= 1

    asked = {"left": 2}
    monkeypatch.setattr(crashpoints, "pass_by", dies)
    with pytest.raises(Killed):
        await running.go_on(run_id)
    monkeypatch.undo()
    stopped = await ReconcileRun.get(id=run_id)
    assert (stopped.state, stopped.calls, stopped.seen) == ("running", 2, 200)
    assert await Contact.all().count() == 200
    assert await running.go_on(run_id) is None, "somebody may still be at it"
    assert await running.due() == []
    with clock.frozen(clock.now() + passes.LEASE + timedelta(seconds=1)):
        assert await running.due() == [run_id]
        done = await running.walk(run_id)
    assert (done.complete, done.seen, done.added) == (True, 250, 250)
    assert done.calls == 3, "no page was read twice"
    assert await Contact.all().count() == 250


async def test_a_busy_wechat_makes_a_pass_wait_and_not_fail(sandbox: Sandbox) -> None:
    await crowd(sandbox, clients=150)
    await sandbox.faults({"path": "*batch/get_by_user", "kind": "errcode", "errcode": 45033, "times": 40, "after": 1})
    (run,) = await running.run("contacts")
    assert (run.state, run.seen) == ("waiting", 100)
    assert run.problem
    await sandbox.clear_faults()
    await tasks.resume.now()
    with clock.frozen(clock.now() + timedelta(minutes=15)):
        assert run.id in await running.due()
        done = await running.walk(run.id)
    assert (done.complete, done.seen, done.problem) == (True, 150, "")


async def test_two_passes_over_one_list_are_never_under_way_together(sandbox: Sandbox) -> None:
    by = await Staff.create(login="a", name="陈", role="administrator")
    first = await running.ask("tags", CORP, is_full=True, by=by)
    with pytest.raises(Refused) as refusal:
        await running.ask("tags", CORP, is_full=True, by=by)
    assert refusal.value.code == "reconcile.under_way"
    with pytest.raises(Refused):
        await running.ask("tags", "ww-unknown", is_full=True, by=by)
    await running.walk(first)
    assert await running.begin("tags", CORP) is not None
    assert await AuditEntry.filter(action="reconcile.asked").count() == 1


async def test_tags_of_the_library_and_of_contacts_follow_wecom_and_ours_stay(sandbox: Sandbox) -> None:
    await sandbox.act("member.join", userid="zhang.wei", name="张伟")
    external = (await sandbox.act("client.add", userid="zhang.wei", name="甲"))["external_userid"]
    gold, fund = [(await sandbox.act("tag.create", group="等级", name=name))["id"] for name in ("金", "基")]
    who = {"userid": "zhang.wei", "external_userid": external}
    await sandbox.act("member.edit_client", **who, tags=[gold, fund])
    await running.run("tags", "contacts")
    client = await Client.get()
    assert await tags_of(client.id) == {"金", "基"}
    assert await ContactTag.all().count() == 2
    from community.clients import tagging

    await tagging.add([client.id], "金")
    await sandbox.act("member.edit_client", **who, tags=[])
    await sandbox.act("tag.delete", id=fund)
    runs = {run.scope: run for run in await running.run("tags", "contacts")}
    assert await tags_of(client.id) == {"金"}, "what was given here stays"
    assert await ContactTag.all().count() == 0
    gone = await CorpTag.get(wecom_id=fund)
    assert (gone.deleted_how, gone.deleted_at is not None) == ("gone", True)
    assert (await Tag.get(name="基")).wecom_id is None
    assert await TimelineEntry.filter(kind="tag.removed").count() == 1
    assert await Drift.filter(run_id=runs["tags"].id).values_list("what", "kind", "count") == [
        ("tag", "missing_there", 1)
    ]
    assert await Drift.filter(run_id=runs["contacts"].id).values_list("what", "kind") == [
        ("contact_tag", "missing_there")
    ]


async def tags_of(client_id: int) -> set[str]:
    rows = await database.fetch(
        "SELECT t.name FROM client_tag c JOIN tag t ON t.id = c.tag_id WHERE c.client_id = $1", client_id
    )
    return {row["name"] for row in rows}


async def test_fans_are_compared_by_page_and_read_a_hundred_at_a_time(sandbox: Sandbox) -> None:
    await sandbox.seed("bulk", fans=250)
    (run,) = await running.run("fans")
    assert (run.complete, run.seen, run.added, run.removed) == (True, 250, 250, 0)
    assert await Fan.filter(subscribed=True).count() == 250
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        await client_tasks.read_unread.now()
    assert await Fan.filter(read_at=None).count() == 0
    assert await TimelineEntry.filter(kind="fan.followed").count() == 250
    assert len(await sandbox.requests("*user/info/batchget")) == 3
    assert await Client.filter(merged_into_id=None).count() == 250


async def test_a_fan_missing_from_the_list_has_left_only_when_the_account_says_so(sandbox: Sandbox) -> None:
    openids = [(await sandbox.act("fan.subscribe"))["openid"] for _ in range(4)]
    await running.run("fans")
    await Fan.all().update(created_at=clock.now() - timedelta(days=1))
    await sandbox.act("fan.unsubscribe", openid=openids[0])
    (run,) = await running.run("fans")
    gone: Any = await Fan.get(openid=openids[0])
    assert (run.complete, run.removed, gone.subscribed, gone.ended_how) == (True, 1, False, "gone")
    assert await TimelineEntry.filter(kind="fan.gone").count() == 1
    client = await Client.get(id=gone.client_id)
    assert client.last_activity_at is None, "nobody knows when it was"
    await sandbox.act("fan.subscribe", openid=openids[0])
    await Fan.filter(openid=openids[0]).update(unsubscribed_at=clock.now() - timedelta(hours=1))
    (run,) = await running.run("fans")
    assert (run.added, (await Fan.get(openid=openids[0])).subscribed) == (1, True)


async def test_an_incremental_pass_over_fans_reads_from_where_the_last_one_ended(sandbox: Sandbox) -> None:
    for _ in range(3):
        await sandbox.act("fan.subscribe")
    await running.run("fans")
    await sandbox.act("fan.subscribe")
    (run,) = await running.run("fans", is_full=False)
    assert (run.complete, run.seen, run.added, run.removed) == (True, 1, 1, 0)


async def test_who_is_not_listed_is_let_go_only_when_wecom_says_that_there_is_no_such_member(sandbox: Sandbox) -> None:
    await sandbox.act("member.join", userid="new.one", name="新人")
    here = await Staff.create(login="a", name="老人", role="director", wecom_userid="old.one")
    await sandbox.faults({"path": "*user/get", "kind": "errcode", "errcode": 60011, "times": 1})
    (run,) = await running.run("staff")
    found = await Drift.filter(run_id=run.id).order_by("kind").values_list("kind", "count", "mended")
    assert found == [("missing_here", 1, 0), ("missing_there", 1, 0)]
    assert (await Staff.get(id=here.id)).left_at is None, "out of the app's view is not gone"
    (run,) = await running.run("staff")
    assert (run.complete, run.removed) == (True, 1)
    assert (await Staff.get(id=here.id)).left_at is not None
    assert await AuditEntry.filter(action="staff.left_wecom").count() == 1


async def test_many_fans_take_few_statements(db: None) -> None:
    openids = [f"o{n:026}" for n in range(2000)]
    async with database.transaction():
        news = await fan_listing.see(1, ACCOUNT, openids, clock.now())
        again = await fan_listing.see(2, ACCOUNT, openids, clock.now())
    assert (len(news), again) == (2000, [])
    assert await Client.all().count() == 2000
