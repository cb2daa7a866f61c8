"""A second person's word: given once, on exactly what was seen, never by whoever made it."""

import asyncio

import pytest

from kernel.errors import Forbidden, NotFound, Refused
from staff import approvals
from staff.models import Approval, AuditEntry, Branch, Staff


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    branch = await Branch.create(code="sz", name="深圳分行")
    roles = {"li": "marketing", "wang": "reviewer", "sun": "reviewer"}
    made = {login: await Staff.create(login=login, name=login, role=role) for login, role in roles.items()}
    made["zhao"] = await Staff.create(login="zhao", name="zhao", role="branch_head", branch=branch)
    return made


async def _ask(people: dict[str, Staff], **summary: object) -> Approval:
    return await approvals.ask("campaign", 7, "hash-1", {"title": "课", **summary}, people["li"])


async def test_a_second_person_approves_what_was_seen(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    given = await approvals.approve(asked.id, "hash-1", people["wang"])
    assert (given.state, given.decided_by_id) == ("approved", people["wang"].id)
    assert await approvals.is_approved("campaign", 7, "hash-1")
    assert not await approvals.is_approved("campaign", 7, "hash-2")
    assert await AuditEntry.filter(action="approval.approved", subject_id=7).count() == 1


async def test_whoever_asked_or_had_a_hand_in_it_is_refused(people: dict[str, Staff]) -> None:
    asked = await approvals.ask("campaign", 7, "hash-1", {"maker_ids": [people["sun"].id]}, people["wang"])
    for maker in ("wang", "sun"):
        with pytest.raises(Forbidden):
            await approvals.approve(asked.id, "hash-1", people[maker])


async def test_without_the_permission_nobody_decides(people: dict[str, Staff]) -> None:
    asked = await approvals.ask("campaign", 7, "hash-1", {}, people["wang"])
    with pytest.raises(Forbidden):
        await approvals.approve(asked.id, "hash-1", people["li"])


async def test_what_changed_since_it_was_looked_at_is_not_approved(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    with pytest.raises(Refused, match="改动"):
        await approvals.approve(asked.id, "hash-0", people["wang"])
    assert (await Approval.get(id=asked.id)).state == "waiting"


async def test_two_approvers_at_once_give_one_approval(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    outcomes = await asyncio.gather(
        approvals.approve(asked.id, "hash-1", people["wang"]),
        approvals.approve(asked.id, "hash-1", people["sun"]),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Approval", "Refused"]
    assert await AuditEntry.filter(action="approval.approved").count() == 1


async def test_asking_anew_withdraws_the_older_question_and_voiding_takes_the_word_back(
    people: dict[str, Staff],
) -> None:
    first = await _ask(people)
    second = await approvals.ask("campaign", 7, "hash-2", {}, people["li"])
    assert (await Approval.get(id=first.id)).state == "withdrawn"
    await approvals.approve(second.id, "hash-2", people["wang"])
    assert await approvals.void("campaign", 7, "改了时间") == 1
    assert not await approvals.is_approved("campaign", 7, "hash-2")


async def test_giving_back_needs_a_reason(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    with pytest.raises(Refused, match="原因"):
        await approvals.give_back(asked.id, "  ", people["wang"])
    returned = await approvals.give_back(asked.id, "时间不合适", people["wang"])
    assert (returned.state, returned.note) == ("returned", "时间不合适")


async def test_a_branch_sees_and_decides_its_own_only(people: dict[str, Staff]) -> None:
    of_head_office = await _ask(people)
    own = await approvals.ask("campaign", 8, "hash-1", {"branch_id": people["zhao"].branch_id}, people["li"])
    assert [one.id for one in await approvals.waiting_for(people["zhao"])] == [own.id]
    assert [one.id for one in await approvals.waiting_for(people["wang"])] == [of_head_office.id, own.id]
    assert await approvals.waiting_for(people["li"]) == []
    with pytest.raises(NotFound):
        await approvals.approve(of_head_office.id, "hash-1", people["zhao"])
