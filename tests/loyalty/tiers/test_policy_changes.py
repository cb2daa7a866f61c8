"""A tier policy changes by two people: shown before and after with whom it would move, in force from its day."""

from __future__ import annotations

import copy
import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from kernel import clock
from kernel.errors import Refused
from loyalty.tiers import moving, policies, policy_changes, rules
from loyalty.tiers.models import TierPolicy
from loyalty.tiers.policy_changes import Draft
from staff import approvals
from staff.models import AuditEntry, Staff
from tests.loyalty import balances
from tests.loyalty.balances import WAN

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


def lower_gold() -> Draft:
    """The preset with gold from 30,000 yuan on instead of 50,000, and five months of grace."""
    definition = copy.deepcopy(policies.presets()["cmb"]["definition"])
    definition["tiers"][1] |= {"threshold_fen": 3 * WAN, "grace_months": 5}
    return Draft("cmb", "五级月日均", definition, date(2026, 4, 1), "多服务年轻客户")


async def people() -> tuple[Staff, Staff]:
    return (
        await Staff.create(login="m", name="马", role="marketing", reach="bank"),
        await Staff.create(login="r", name="任", role="reviewer", reach="bank"),
    )


async def test_a_change_is_shown_with_whom_it_moves_and_holds_from_its_day_once_approved() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    for month in ([WAN, 4 * WAN], [WAN, 6 * WAN], [WAN, WAN]):
        await balances.client_with_months(date(2026, 1, 1), month)
    maker, other = await people()
    with clock.frozen(NOW):
        asked = await policy_changes.propose(lower_gold(), maker)
        lines = dict(asked.summary["lines"])
        assert lines["层级 金卡"] == "金卡 5.00 万元起，宽限 3 个月 → 金卡 3.00 万元起，宽限 5 个月"
        assert "依据" not in lines
        assert lines["影响测算"] == "按 2026-02 月日均、不计宽限：3 位客户中 1 位变动"
        assert lines["普通 → 金卡"] == "1 位"
        with pytest.raises(Refused, match="自己"):
            await approvals.approve(asked.id, asked.content_hash, await _reviewer(maker))
        await approvals.approve(asked.id, asked.content_hash, other)
        assert (await policies.in_force(date(2026, 3, 31)))[1].tiers[1].threshold_fen == 5 * WAN
        assert (await policies.in_force(date(2026, 4, 1)))[1].tiers[1].threshold_fen == 3 * WAN
    assert await AuditEntry.filter(action="tier_policy.changed", staff_id=other.id).count() == 1


async def test_nonsense_the_same_again_and_days_that_are_taken_are_refused() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    maker, _other = await people()
    draft = lower_gold()
    same = dataclasses.replace(draft, definition=policies.presets()["cmb"]["definition"])
    broken = dataclasses.replace(draft, definition={"tiers": []})
    past = dataclasses.replace(draft, effective_on=date(2026, 2, 1))
    silent = dataclasses.replace(draft, reason=" ")
    with clock.frozen(NOW):
        for wrong, code in ((same, "same"), (broken, "bad_policy"), (past, "past_day"), (silent, "reason")):
            with pytest.raises(Refused) as refused:
                await policy_changes.propose(wrong, maker)
            assert refused.value.code == f"tiers.{code}"
        await policies.save("x", "x", same.definition, date(2026, 4, 1))
        with pytest.raises(Refused, match="换一个生效日"):
            await policy_changes.propose(draft, maker)


async def test_a_policy_approved_after_its_day_is_not_put_in_force_backwards() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    maker, other = await people()
    with clock.frozen(datetime(2026, 3, 31, 4, 0, tzinfo=UTC)):
        asked = await policy_changes.propose(lower_gold(), maker)
    with (
        clock.frozen(datetime(2026, 3, 31, 4, 0, tzinfo=UTC) + timedelta(days=2)),
        pytest.raises(Refused, match="生效日期已过"),
    ):
        await approvals.approve(asked.id, asked.content_hash, other)
    assert await TierPolicy.all().count() == 1


async def test_without_a_whole_month_of_balances_nothing_is_foretold() -> None:
    policy = rules.read_policy(policies.presets()["cmb"]["definition"])
    assert await moving.between(policy, policy) is None


async def _reviewer(person: Staff) -> Staff:
    await Staff.filter(id=person.id).update(role="reviewer")
    return await Staff.get(id=person.id)
