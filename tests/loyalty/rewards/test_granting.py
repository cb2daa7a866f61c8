"""Benefits by hand: one asks, another approves exactly that, each client gets it once; taking back the same way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from community.clients import registering
from community.clients.models import Client, TimelineEntry
from kernel.errors import NotFound, Refused
from loyalty.rewards import benefits, granting, points, points_adjusting, reversing
from loyalty.rewards.models import Benefit, Grant, GrantOrder, PointsTransaction
from staff import approvals, interests
from staff.models import Approval, AuditEntry, Branch, Staff

pytestmark = pytest.mark.usefixtures("db")


@dataclass
class Bank:
    """A maker and two who decide, of one branch; clients of it; a benefit worth 100 yuan."""

    maker: Staff
    head: Staff
    reviewer: Staff
    ids: list[int]
    benefit: Benefit


@pytest.fixture
async def bank(db: None) -> Bank:
    branch = await Branch.create(code="B1", name="一分行")
    await Branch.filter(id=branch.id).update(path=f"{branch.id}/")
    made = [
        await Staff.create(login=role, name=role, role=role, reach="branch", branch=branch)
        for role in ("marketing", "branch_head", "reviewer")
    ]
    saved = await registering.save_many("haiyue", [registering.ClientRow(f"C{n}", name=f"客户{n}") for n in range(4)])
    await Client.all().update(branch_id=branch.id)
    benefit = await benefits.create(
        "V1", "体检券", "voucher", "gold", value_fen=100_00, stock=3, description="全国", partner="甲公司"
    )
    return Bank(*made, [saved.ids[f"C{n}"] for n in range(4)], benefit)


async def test_clients_are_named_by_their_numbers_within_scope_only(bank: Bank) -> None:
    await Client.filter(id=bank.ids[3]).update(branch_id=None)
    named = await granting.clients_named("C0, C1\nC3；C9", bank.maker)
    assert (named.ids, named.unknown) == (bank.ids[:2], ["C3", "C9"])
    with pytest.raises(Refused):
        await granting.clients_named(" , ", bank.maker)
    with pytest.raises(NotFound):
        await granting.propose(bank.benefit.id, [bank.ids[0], bank.ids[3]], "答谢", bank.maker)


async def test_what_another_person_approved_is_granted_once_to_each_client(bank: Bank) -> None:
    await benefits.grant(bank.ids[0], bank.benefit.id)
    asked = await granting.propose(bank.benefit.id, bank.ids[:3], "生日答谢", bank.maker)
    assert (asked.size, asked.needs) == (200_00, 1)
    assert asked.touches == ["company:甲公司", *(f"client:{one}" for one in bank.ids[:3])]
    assert await Grant.all().count() == 1
    with pytest.raises(Refused, match="自己"):
        await approvals.approve(asked.id, asked.content_hash, await _as(bank.maker, "branch_head"))
    await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert await Grant.all().order_by("id").values_list("client_id", flat=True) == bank.ids[:3]
    assert (await GrantOrder.get()).granted == 2
    assert (await Benefit.get()).stock == 0
    assert await TimelineEntry.filter(kind="benefit.granted").count() == 3
    assert await AuditEntry.filter(action="grant.made", staff_id=bank.head.id).count() == 1
    with pytest.raises(Refused, match="都已领过"):
        await granting.propose(bank.benefit.id, bank.ids[:3], "再发", bank.maker)


async def test_all_get_it_or_none_when_the_stock_ran_out_meanwhile(bank: Bank) -> None:
    asked = await granting.propose(bank.benefit.id, bank.ids[:3], "答谢", bank.maker)
    await benefits.grant(bank.ids[3], bank.benefit.id)
    with pytest.raises(Refused, match="只剩 2 份"):
        await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert (await Grant.all().count(), (await Benefit.get()).stock) == (1, 2)
    assert (await Approval.get()).state == "waiting"


async def test_a_benefit_that_became_dearer_is_another_question(bank: Bank) -> None:
    asked = await granting.propose(bank.benefit.id, bank.ids[:1], "答谢", bank.maker)
    await Benefit.all().update(value_fen=200_00)
    with pytest.raises(Refused, match="改动"):
        await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert (await Approval.get()).state == "void"
    assert await Grant.all().count() == 0


async def test_above_the_line_two_people_and_with_an_interest_the_committee(bank: Bank) -> None:
    await Benefit.all().update(value_fen=600_00)
    asked = await granting.propose(bank.benefit.id, bank.ids[:2], "答谢", bank.maker)
    assert (asked.size, asked.needs, asked.needs_committee) == (1200_00, 2, False)
    await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert await Grant.all().count() == 0
    await interests.declare("company", "甲公司", "配偶任职", bank.maker)
    with pytest.raises(Refused, match="评审委员会"):
        await approvals.approve(asked.id, asked.content_hash, bank.reviewer)
    await Staff.filter(id=bank.reviewer.id).update(in_committee=True)
    await approvals.approve(asked.id, asked.content_hash, bank.reviewer)
    assert await Grant.all().count() == 2


async def test_a_grant_worth_something_is_taken_back_by_two_and_one_worth_nothing_at_once(bank: Bank) -> None:
    grant = await benefits.grant(bank.ids[0], bank.benefit.id)
    asked = await reversing.reverse(grant.id, "发错客户", bank.maker)
    assert asked is not None
    assert (await Grant.get(id=grant.id)).state == "granted"
    await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert ((await Grant.get(id=grant.id)).state, (await Benefit.get()).stock) == ("reversed", 3)
    assert await TimelineEntry.filter(kind="benefit.reversed").count() == 1
    with pytest.raises(Refused, match="已经使用或收回"):
        await reversing.reverse(grant.id, "再收回", bank.maker)
    lounge = await benefits.create("L1", "贵宾厅", "lounge", "gold", description="机场")
    free = await benefits.grant(bank.ids[0], lounge.id)
    assert await reversing.reverse(free.id, "行程取消", bank.maker) is None
    assert (await Grant.get(id=free.id)).state == "reversed"
    assert await AuditEntry.filter(action="benefit.reversed").count() == 2


async def test_what_was_used_meanwhile_is_not_taken_back(bank: Bank) -> None:
    grant = await benefits.grant(bank.ids[0], bank.benefit.id)
    asked = await reversing.reverse(grant.id, "发错客户", bank.maker)
    assert asked is not None
    await benefits.redeem(grant.id, by=bank.maker)
    with pytest.raises(Refused, match="已经使用"):
        await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert ((await Grant.get()).state, (await Benefit.get()).stock) == ("redeemed", 2)
    assert await AuditEntry.filter(action="benefit.redeemed", staff_id=bank.maker.id).count() == 1


async def test_points_are_adjusted_by_two_people_and_posted_once(bank: Bank) -> None:
    client = bank.ids[0]
    with pytest.raises(Refused, match="积分不足"):
        await points_adjusting.propose(client, -1, "更正", bank.maker)
    asked = await points_adjusting.propose(client, 12_000, "补记九月积分", bank.maker)
    assert (asked.needs, asked.touches) == (2, [f"client:{client}"])
    with pytest.raises(Refused, match="已有一项"):
        await points_adjusting.propose(client, 5, "再补", bank.maker)
    await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert await points.balance(client) == 0
    await approvals.approve(asked.id, asked.content_hash, bank.reviewer)
    assert await points.balance(client) == 12_000
    (line,) = await points.history(client)
    assert (line.kind, line.by_name, line.reason) == ("adjusted", "marketing", "补记九月积分")
    assert await AuditEntry.filter(action="points.adjusted", subject_id=client).count() == 1


async def test_points_that_were_spent_meanwhile_are_not_taken_by_an_adjustment(bank: Bank) -> None:
    client = bank.ids[0]
    await points.post("earned", "e", client, 100)
    asked = await points_adjusting.propose(client, -80, "更正", bank.maker)
    await points.post("spent", "s", client, -50)
    with pytest.raises(Refused, match="现有 50 分"):
        await approvals.approve(asked.id, asked.content_hash, bank.head)
    assert (await points.balance(client), await PointsTransaction.all().count()) == (50, 2)
    assert (await Approval.get()).state == "waiting"


async def _as(person: Staff, role: str) -> Staff:
    await Staff.filter(id=person.id).update(role=role)
    return await Staff.get(id=person.id)
