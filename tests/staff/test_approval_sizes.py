"""Neither many small questions nor an interest ended in time take the second voice out of play."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import clock
from staff import approval_kinds, approvals, interests
from staff.approval_kinds import Kind
from staff.models import Approval, Staff


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    roles = {"li": "marketing", "wang": "reviewer", "sun": "reviewer"}
    return {
        login: await Staff.create(login=login, name=login, role=role, reach="bank") for login, role in roles.items()
    }


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The rule of points, without what points are."""
    plain = Kind("points", "积分")
    monkeypatch.setitem(approval_kinds._KINDS, "points", plain)
    return plain


async def test_several_small_questions_of_a_day_count_together(people: dict[str, Staff], kind: Kind) -> None:
    content = approval_kinds.hash_of(None)

    async def ask(number: int, size: int) -> Approval:
        return await approvals.ask(kind.subject, number, content, {}, people["li"], size=size)

    first = await ask(1, 6_000)
    assert first.needs == 1
    await approvals.approve(first.id, content, people["wang"])
    second = await ask(1, 6_000)
    assert (second.needs, second.size) == (2, 6_000)
    assert ["本人 24 小时内同类合计", "12,000 积分"] in second.summary["lines"]
    # what came to nothing is not counted, nor what others ask, nor another day
    await approvals.withdraw(second.id, people["li"])
    assert (await ask(2, 3_000)).needs == 1
    other = await approvals.ask(kind.subject, 9, content, {}, people["sun"], size=6_000)
    assert other.needs == 1
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert (await ask(3, 9_000)).needs == 1


async def test_an_interest_that_was_ended_for_the_question_still_counts(people: dict[str, Staff], kind: Kind) -> None:
    held = await interests.declare("product", "R12", "持有", people["li"])
    await interests.end(held.id, people["li"])

    async def ask() -> Approval:
        return await approvals.ask("points", 7, "hash-1", {}, people["li"], touches=("product:R12",))

    assert (await ask()).needs_committee
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert not (await ask()).needs_committee
