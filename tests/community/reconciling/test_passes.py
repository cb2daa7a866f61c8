"""The full pass: adds what callbacks lost, removes only when everything was read, keeps what is ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from community.clients import tagging
from community.clients.models import Client, Contact, TimelineEntry
from community.groups import health, roster, tasks, upkeep, welcome
from community.groups.models import Group, Membership
from community.reconciling import running
from community.reconciling.models import ReconcileRun
from community.sending.models import Send
from kernel import clock
from staff.models import Staff
from wechat.sandbox.client import Sandbox


@pytest.fixture
async def place(sandbox: Sandbox) -> Any:
    """Two members with five clients and one group, all read by a first pass made a day ago."""
    for userid, name in (("zhang.wei", "张伟"), ("li.na", "李娜")):
        await Staff.create(login=userid, name=name, role="director", wecom_userid=userid)
    planted = await sandbox.seed("small")
    runs = await running.run("contacts", "groups")
    assert [run.complete for run in runs] == [True, True]
    await age()
    return planted


async def age() -> None:
    """All that is here came a day ago."""
    day = clock.now() - timedelta(days=1)
    await Contact.all().update(added_at=day, created_at=day)
    await Group.all().update(created_at=day)


async def test_a_first_pass_brings_clients_owners_groups_and_members(place: Any) -> None:
    runs = await ReconcileRun.all().order_by("id")
    assert [(run.scope, run.seen, run.added, run.removed) for run in runs] == [
        ("contacts", 5, 5, 0),
        ("groups", 1, 4, 0),
    ]
    assert await Client.all().count() == 5
    assert await Client.filter(owner_id=None).count() == 0
    assert await Client.filter(name_sealed=None).count() == 0
    assert await TimelineEntry.filter(kind="contact.added").count() == 5
    assert await TimelineEntry.filter(kind="group.joined").count() == 3
    group = await Group.get()
    assert (await health.figures([group.id, 99]))[group.id].clients == 3
    assert (await health.figures([99]))[99].members == 0


async def test_a_second_pass_changes_nothing(place: Any) -> None:
    before = await TimelineEntry.all().count()
    runs = await running.run("contacts", "groups")
    assert [(run.complete, run.added, run.removed) for run in runs] == [(True, 0, 0), (True, 0, 0)]
    assert await TimelineEntry.all().count() == before
    assert await Client.all().count() == 5


async def part(sandbox: Sandbox, place: Any) -> None:
    """One contact ends, one person leaves the group, one group is dismissed, and no callback comes."""
    await sandbox.act("client.delete_member", userid="zhang.wei", external_userid=place["externals"][0])
    await sandbox.act("group.quit", chat_id=place["groups"][0], id=place["externals"][1])


@pytest.mark.parametrize("path", ["*batch/get_by_user", "*groupchat/get", "*groupchat/list", "*get_follow_user_list"])
async def test_a_failing_call_removes_nothing_and_says_so(sandbox: Sandbox, place: Any, path: str) -> None:
    await part(sandbox, place)
    await sandbox.act("group.create", owner="li.na", chat_id="wr-other", members=[place["externals"][3]])
    await sandbox.faults({"path": path, "kind": "errcode", "errcode": 60011, "times": 100})
    runs = {run.scope: run for run in await running.run("contacts", "groups")}
    failed = runs["groups" if "groupchat" in path else "contacts"]
    assert not failed.complete
    assert failed.problem
    assert failed.removed == 0
    if "groupchat" in path:
        assert await Membership.filter(left_at=None, is_client=True).count() >= 3
    else:
        assert await Contact.filter(ended_at=None).count() == 5
    await sandbox.clear_faults()
    assert all(run.complete for run in await running.run("contacts", "groups"))
    assert await Contact.filter(ended_at=None).count() == 4
    left = await Membership.filter(left_at__not_isnull=True).values_list("member_id", flat=True)
    assert left == [place["externals"][1]]


async def test_a_complete_pass_removes_what_is_gone_and_keeps_what_is_ours(sandbox: Sandbox, place: Any) -> None:
    client_id = (await Contact.get(external_userid=place["externals"][0])).client_id
    await tagging.add([client_id], "养老")
    group = await Group.get()
    await upkeep.set_welcome(group.id, "欢迎各位", by=await Staff.get(login="li.na"))
    await part(sandbox, place)
    runs = await running.run("contacts", "groups")
    assert [(run.complete, run.removed) for run in runs] == [(True, 1), (True, 1)]
    gone = await Contact.get(external_userid=place["externals"][0])
    assert gone.ended_how == "gone"
    assert await TimelineEntry.filter(kind="contact.lost", client_id=client_id).count() == 1
    assert (await Group.get()).welcome_text == "欢迎各位"
    client = await Client.get(id=client_id)
    assert client.owner_id is not None


async def test_who_became_a_contact_during_the_pass_is_not_taken_for_gone(sandbox: Sandbox, place: Any) -> None:
    client = await Client.first()
    assert client is not None
    await Contact.create(
        client_id=client.id,
        corpid="wwtest0000000001",
        userid="zhang.wei",
        external_userid="wm-new",
        added_at=clock.now(),
    )
    runs = await running.run("contacts", "groups")
    assert runs[0].removed == 0


async def test_a_pass_that_would_remove_most_is_not_believed(sandbox: Sandbox, place: Any) -> None:
    client = await Client.first()
    assert client is not None
    day = clock.now() - timedelta(days=1)
    await Contact.bulk_create(
        Contact(client_id=client.id, corpid="wwtest0000000001", userid="li.na", external_userid=f"wm{n}", added_at=day)
        for n in range(100)
    )
    (run,) = await running.run("contacts")
    assert not run.complete
    assert "100 of 105" in run.problem
    assert await Contact.filter(ended_at=None).count() == 105


async def test_a_contact_whose_end_we_noted_by_mistake_lives_again(sandbox: Sandbox, place: Any) -> None:
    external = place["externals"][0]
    await Contact.filter(external_userid=external).update(
        ended_at=clock.now() - timedelta(hours=1), ended_how="by_staff"
    )
    runs = await running.run("contacts", "groups")
    assert runs[0].added == 1
    contact = await Contact.get(external_userid=external)
    assert (contact.ended_at, contact.times_added) == (None, 2)


async def test_the_hourly_round_asks_for_those_who_came_after_the_hours_message(place: Any) -> None:
    assert await Send.filter(channel="staff_message").count() == 1
    group = await Group.get()
    await Membership.create(group_id=group.id, member_id="wm-late", is_client=True, joined_at=clock.now())
    assert not await welcome.greet(group.id), "once an hour"
    with clock.frozen(clock.now() + timedelta(hours=1)):
        await tasks.greet_waiting.now()
        await tasks.greet_waiting.now()
    assert await Send.filter(channel="staff_message").count() == 2
    assert await Membership.filter(is_client=True, welcomed_at=None).count() == 0


async def test_a_group_taken_for_dismissed_by_mistake_lives_again(place: Any) -> None:
    group = await Group.get()
    await roster.dismiss(group.id, clock.now() - timedelta(hours=1))
    assert await Membership.filter(left_at=None).count() == 0
    await running.run("contacts", "groups")
    group = await Group.get()
    assert (group.status, group.dismissed_at) == ("active", None)


async def test_a_dismissed_group_no_longer_changes_and_a_missing_one_is_dismissed(sandbox: Sandbox, place: Any) -> None:
    await sandbox.act("group.dismiss", chat_id=place["groups"][0])
    runs = await running.run("contacts", "groups")
    assert runs[1].complete
    assert (await Group.get()).status == "dismissed"
    assert await TimelineEntry.filter(kind="group.left").count() == 3
