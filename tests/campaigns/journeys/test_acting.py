"""What steps give and ask: points once in the journal, benefits as far as the stock goes, tasks that people close."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest

from campaigns.content import links
from campaigns.journeys import approval, drafting, follow_ups, foreseeing, versions, writing
from campaigns.journeys.models import Journey, JourneyVersion, StaffTask
from community.clients import timeline
from community.sending import claiming, policies
from kernel import clock, database, settings
from kernel.errors import Forbidden, NotFound, Refused
from loyalty.rewards import benefits, points, points_in_bulk
from loyalty.rewards.models import Benefit
from staff import approvals
from staff.models import Approval
from tests.campaigns.conftest import make_clients
from tests.campaigns.journeys.conftest import Cast, approved, count, go, rules, step, where
from tests.community.sending.conftest import awake as awake

ON_A_DAY = {"kind": "date", "fact": "day", "on": "2099-01-01", "at": "09:00"}


async def test_points_are_written_once_and_the_journal_balances(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("points", "s1", points=50), step("points", "s2", points=5)))
    await timeline.record_many(clients[:4], "contact.added")
    await go(journey)
    assert [await points.balance(client_id) for client_id in clients[:5]] == [55, 55, 55, 55, 0]
    check = await points.reconcile()
    assert (check.transactions, check.unbalanced, check.differing, check.total) == (8, 0, 0, 0)
    # the same keys again change nothing
    (row,) = await database.fetch("SELECT key FROM points_transaction ORDER BY id LIMIT 1")
    assert await points_in_bulk.earn([(row["key"], clients[0])], 50, "再来") == {clients[0]}
    assert await points.balance(clients[0]) == 55


async def test_a_benefit_goes_as_far_as_its_stock(cast: Cast, clients: list[int]) -> None:
    tea = await benefits.create("TEA", "下午茶", "voucher", "gold", value_fen=50_00, stock=3, description="门店")
    journey = await approved(cast, rules(step("benefit", "s1", benefit=tea.id)))
    await benefits.grant(clients[0], tea.id)
    await timeline.record_many(clients[:5], "contact.added")
    await go(journey)
    told = await database.fetch("SELECT result, count(*)::int AS n FROM journey_passage GROUP BY 1 ORDER BY 1")
    assert [(row["result"], row["n"]) for row in told] == [("done", 2), ("had_it", 1), ("out_of_stock", 2)]
    assert (await Benefit.get(id=tea.id)).stock == 0


async def test_a_director_closes_a_task_and_the_client_remembers(cast: Cast, clients: list[int]) -> None:
    journey = await approved(cast, rules(step("task", "s1", title="电话回访", days=2)))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    assert (await follow_ups.count(cast.chen)).tasks == 2
    first = (await follow_ups.lines(cast.chen, limit=10, offset=0))[0]
    await follow_ups.finish(first.id, "reached", cast.chen)
    assert (
        await count("SELECT count(*) FROM timeline_entry WHERE kind = 'task.done' AND client_id = $1", first.client_id)
        == 1
    )
    with pytest.raises(NotFound):
        await follow_ups.finish(first.id, "reached", cast.chen)
    with pytest.raises(Forbidden):
        await follow_ups.finish(first.id + 1, "reached", cast.li)
    other = await make_clients(cast, 1)
    await database.execute("UPDATE client SET owner_id = NULL WHERE id = ANY($1::bigint[])", other)
    foreign = await StaffTask.create(
        key="x", client_id=other[0], staff=cast.chen, title="不是他的客户", due_on=clock.today() + timedelta(days=1)
    )
    with pytest.raises(NotFound):
        await follow_ups.finish(foreign.id, "reached", cast.chen)


async def test_tasks_need_the_consent_of_the_client_unless_they_are_a_service(cast: Cast, clients: list[int]) -> None:
    await database.execute("UPDATE client SET marketing_consent = FALSE WHERE id = $1", clients[0])
    call = step("task", "s1", title="电话邀请")
    journey = await approved(cast, rules(call, step("task", "s2", title="证件到期提醒", is_service=True)))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    made = await database.fetch("SELECT client_id, title FROM staff_task ORDER BY client_id, id")
    assert [(row["client_id"], row["title"]) for row in made] == [
        (clients[0], "证件到期提醒"),
        (clients[1], "电话邀请"),
        (clients[1], "证件到期提醒"),
    ]
    assert await count("SELECT count(*) FROM journey_passage WHERE step = 's1' AND result = 'no_consent'") == 1
    found = await foreseeing.walk(journey, clients[0], cast.li)
    assert [one.foreseen.tone for one in found.steps] == ["warn", "good"]


@pytest.mark.parametrize("done", [step("points", "s1"), step("task", "s1", title="电话邀请")], ids=["points", "task"])
async def test_members_of_the_banks_hold_out_get_neither_points_nor_calls(
    cast: Cast, clients: list[int], done: dict[str, Any]
) -> None:
    half = dataclasses.replace(policies.DEFAULT, holdout_percent=50)
    await policies.save(clock.today(), half, "长期对照组")
    journey = await approved(cast, rules(done))
    await timeline.record_many(clients, "contact.added")
    await go(journey)
    season = policies.season(clock.today())
    held = {one for one in clients if policies.is_held_out(one, 50, season)}
    assert 0 < len(held) < len(clients)
    assert set(await where(journey)) == set(clients) - held


async def test_nobody_approves_the_own_journey_and_an_edit_voids_what_was_asked(cast: Cast, clients: list[int]) -> None:
    journey = await drafting.create("欢迎", cast.li, rules(step("tag", "s1", tag="到过")))
    asked = await approval.submit(journey.id, cast.li)
    seen = await versions.of(await Journey.get(id=journey.id))
    with pytest.raises(Refused):
        await approvals.approve(asked.id, seen, cast.li)
    changed = rules(step("tag", "s1", tag="来过"))
    await drafting.save(journey.id, journey.name, changed, cast.li, journey.version)
    assert (await Approval.get(id=asked.id)).state == "void"
    with pytest.raises(Refused):
        await approvals.approve(asked.id, seen, cast.wang)
    assert await versions.live(journey.id) is None
    # what was looked at before the change is not what would be approved now
    asked = await approval.submit(journey.id, cast.li)
    with pytest.raises(Refused):
        await approvals.approve(asked.id, seen, cast.wang)
    assert await JourneyVersion.filter(approved_at__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("written", "people"),
    [
        (rules(step("send", "s1", text="您好")), 2),
        (rules(step("tag", "s1", tag="到过")), 1),
        (rules(step("send", "s1", text="您好"), trigger={"kind": "date", "fact": "maturity"}), 2),
        (rules(step("send", "s1", text="您好"), trigger=ON_A_DAY), 1),
        (rules(step("points", "s1", points=500), trigger=ON_A_DAY), 1),
        (rules(step("points", "s1", points=501), trigger=ON_A_DAY), 2),
        (rules(step("points", "s1", points=501), trigger={"kind": "segment", "at": "09:00"}), 2),
    ],
)
async def test_two_people_approve_what_reaches_nobody_knows_whom_or_gives_much(
    cast: Cast, clients: list[int], written: dict[str, Any], people: int
) -> None:
    journey = await drafting.create("欢迎", cast.li, written)
    asked = await approval.submit(journey.id, cast.li)
    assert asked.needs == people
    is_known = written["trigger"] == ON_A_DAY or written["trigger"]["kind"] == "segment"
    assert asked.size == (len(clients) if is_known else 0)


async def test_benefits_of_more_worth_than_one_may_give_by_hand_need_two(cast: Cast, clients: list[int]) -> None:
    for value_fen, people in ((50_00, 1), (50_01, 2)):
        tea = await Benefit.create(
            code=f"tea{value_fen}", name="下午茶", kind="voucher", tier="gold", value_fen=value_fen, description="门店"
        )
        written = rules(step("benefit", "s1", benefit=tea.id), trigger=ON_A_DAY)
        journey = await drafting.create("下午茶", cast.li, written)
        assert (await approval.submit(journey.id, cast.li)).needs == people


async def test_a_journey_with_forbidden_words_is_not_put_to_anybody(cast: Cast, clients: list[int]) -> None:
    journey = await drafting.create("欢迎", cast.li, rules(step("send", "s1", text="稳赚不赔，快来买")))
    with pytest.raises(Refused, match="还不能提交"):
        await approval.submit(journey.id, cast.li)


async def test_a_dry_walk_tells_all_and_does_nothing(cast: Cast, clients: list[int]) -> None:
    ways = {"yes": [], "no": [step("task", "s4", title="回访")]}
    wait = step("wait_for", "s3", event="message.received", days=7, ways=ways)
    written = rules(step("send", "s1", text="您好"), step("wait", "s2", days=2, at="10:00"), wait, step("points", "s5"))
    journey = await drafting.create("欢迎", cast.li, written)
    found = await foreseeing.walk(journey, clients[0], cast.li)
    assert [one.code for one in found.steps] == ["s1", "s2", "s3", "s4", "s5"]
    assert found.may_enter
    assert "退订" in found.steps[0].foreseen.text
    assert found.ends_at >= clock.now() + timedelta(days=8)
    for table in ("send", "journey_entry", "staff_task", "points_transaction"):
        assert await count(f"SELECT count(*) FROM {table}") == 0
    with pytest.raises(NotFound):
        await foreseeing.walk(journey, 10**9, cast.li)


@pytest.mark.usefixtures("awake")
async def test_links_are_tracked_for_each_client_and_say_which_journey(cast: Cast, clients: list[int]) -> None:
    address = f"{settings.get().public_url}/guide"
    hello = step("send", "s1", text="{称呼}您好，资料在这里：{活动链接}", link_url=address)
    journey = await approved(cast, rules(hello))
    await timeline.record_many(clients[:2], "contact.added")
    await go(journey)
    claim = await claiming.claim("me", 10, channel="wecom_message", stream_id=await count("SELECT max(id) FROM stream"))
    texts = await writing.render(claim.rows)
    tokens = [re.findall(r"/l/([\w-]+)", texts[row.id])[0] for row in claim.rows]
    assert len(set(tokens)) == 2
    link, told = await links.open_token(tokens[0])
    assert (link.source, link.url, told.client_id) == (f"journey:{journey.id}", address, claim.rows[0].client_id)
