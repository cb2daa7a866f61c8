"""Other people's word: given once, on exactly what was seen, never by whoever made it."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kernel import clock
from kernel.errors import Forbidden, NotFound, Refused
from staff import approval_kinds, approval_reading, approval_rights, approvals, interests
from staff.access.models import Invitation
from staff.approval_kinds import Kind
from staff.approvals import Remark
from staff.models import Approval, ApprovalRule, AuditEntry, Branch, Delegation, LineComment, Staff, Vote

HASHES = {"now": "hash-1"}
APPLIED: list[int] = []


async def _current(subject_id: int) -> str | None:
    return HASHES["now"]


async def _apply(asked: Approval, by: Staff) -> None:
    APPLIED.append(asked.id)


@pytest.fixture(autouse=True)
def _thing() -> Iterator[None]:
    """A kind of our own, so that nothing but the rules of approval is in play."""
    before = approval_kinds.every()
    approval_kinds.register(Kind("thing", "测试事项", content_hash=_current, apply=_apply))
    HASHES["now"] = "hash-1"
    APPLIED.clear()
    yield
    approval_kinds._KINDS.clear()
    for kind in before:
        approval_kinds.register(kind)


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    branch = await Branch.create(code="sz", name="深圳分行")
    await Branch.filter(id=branch.id).update(path=f"{branch.id}/")
    roles = {"li": "marketing", "wang": "reviewer", "sun": "reviewer", "qian": "reviewer"}
    made = {
        login: await Staff.create(login=login, name=login, role=role, reach="bank") for login, role in roles.items()
    }
    made["zhao"] = await Staff.create(login="zhao", name="zhao", role="branch_head", branch=branch, reach="branch")
    return made


async def _ask(people: dict[str, Staff], size: int = 0, touches: tuple[str, ...] = (), **summary: object) -> Approval:
    return await approvals.ask(
        "thing", 7, "hash-1", {"title": "课", **summary}, people["li"], size=size, touches=touches
    )


async def _two_needed() -> None:
    await ApprovalRule.create(subject="thing", effective_on=clock.today(), second_above=100)


async def _stands_in(deputy: Staff, absent: Staff) -> None:
    today = clock.today()
    await Delegation.create(absent=absent, deputy=deputy, from_on=today, until_on=today)


async def _state(asked: Approval) -> str:
    return (await Approval.get(id=asked.id)).state


async def test_a_second_person_approves_what_was_seen(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    given = await approvals.approve(asked.id, "hash-1", people["wang"])
    assert (given.state, given.decided_by_id) == ("approved", people["wang"].id)
    assert await approvals.is_approved("thing", 7, "hash-1")
    assert not await approvals.is_approved("thing", 7, "hash-2")
    assert await AuditEntry.filter(action="approval.approved", subject_id=7).count() == 1
    assert [asked.id] == APPLIED


async def test_whoever_asked_or_had_a_hand_in_it_is_refused(people: dict[str, Staff]) -> None:
    asked = await approvals.ask("thing", 7, "hash-1", {"maker_ids": [people["sun"].id]}, people["wang"])
    for maker in ("wang", "sun"):
        with pytest.raises(Forbidden):
            await approvals.approve(asked.id, "hash-1", people[maker])


async def test_without_the_permission_nobody_decides(people: dict[str, Staff]) -> None:
    asked = await approvals.ask("thing", 7, "hash-1", {}, people["wang"])
    with pytest.raises(Forbidden):
        await approvals.approve(asked.id, "hash-1", people["li"])


async def test_who_has_left_decides_nothing_although_still_signed_in(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    await Staff.filter(id=people["wang"].id).update(is_active=False)
    with pytest.raises(Forbidden):
        await approvals.approve(asked.id, "hash-1", people["wang"])


async def test_what_changed_since_it_was_looked_at_is_not_approved(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    with pytest.raises(Refused, match="改动"):
        await approvals.approve(asked.id, "hash-0", people["wang"])
    assert await _state(asked) == "waiting"


async def test_what_is_no_longer_what_was_asked_for_is_void_and_not_done(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    HASHES["now"] = "hash-2"
    with pytest.raises(Refused, match="改动"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    assert (await _state(asked), APPLIED) == ("void", [])


async def test_two_approvers_at_once_give_one_approval(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    outcomes = await asyncio.gather(
        *(approvals.approve(asked.id, "hash-1", people[name]) for name in ("wang", "sun", "qian")),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Approval", "Refused", "Refused"]
    assert await AuditEntry.filter(action="approval.approved").count() == 1
    assert [asked.id] == APPLIED


async def test_above_the_line_two_different_people_must_say_yes(people: dict[str, Staff]) -> None:
    await _two_needed()
    assert (await _ask(people, size=100)).needs == 1
    asked = await _ask(people, size=101)
    first = await approvals.approve(asked.id, "hash-1", people["wang"])
    assert (first.state, APPLIED) == ("waiting", [])
    with pytest.raises(Refused, match="表决过"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    second = await approvals.approve(asked.id, "hash-1", people["sun"])
    assert (second.state, APPLIED) == ("approved", [asked.id])
    assert await Vote.filter(approval_id=asked.id, is_yes=True).count() == 2


async def test_three_at_once_on_a_double_approval_are_two_votes_and_one_approval(people: dict[str, Staff]) -> None:
    await _two_needed()
    asked = await _ask(people, size=101)
    await asyncio.gather(
        *(approvals.approve(asked.id, "hash-1", people[name]) for name in ("wang", "sun", "qian")),
        return_exceptions=True,
    )
    assert await Vote.filter(approval_id=asked.id).count() == 2
    assert [asked.id] == APPLIED


async def test_a_question_past_its_time_is_not_decided_even_before_the_clock_closes_it(
    people: dict[str, Staff],
) -> None:
    await ApprovalRule.create(subject="thing", effective_on=clock.today(), expires_hours=2)
    asked = await _ask(people)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        with pytest.raises(Refused, match="期限"):
            await approvals.approve(asked.id, "hash-1", people["wang"])
        assert await approval_reading.waiting_for(people["wang"]) == []
        assert (await approvals.expire_due(), await approvals.expire_due()) == (1, 0)
    assert await _state(asked) == "expired"
    assert [one.id for one in await approval_reading.returned_to(people["li"])] == [asked.id]


async def test_asking_anew_withdraws_the_older_question_and_voiding_takes_the_word_back(
    people: dict[str, Staff],
) -> None:
    first = await _ask(people)
    second = await approvals.ask("thing", 7, "hash-1", {}, people["li"])
    assert await _state(first) == "withdrawn"
    await approvals.approve(second.id, "hash-1", people["wang"])
    assert await approvals.void("thing", 7, "改了时间") == 1
    assert not await approvals.is_approved("thing", 7, "hash-1")


async def test_giving_back_needs_a_reason_and_keeps_the_remarks_on_lines(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    with pytest.raises(Refused, match="原因"):
        await approvals.give_back(asked.id, "  ", people["wang"])
    remarks = [Remark("main", 2, "请写明风险"), Remark("main", 3, " ")]
    returned = await approvals.give_back(asked.id, "时间不合适", people["wang"], remarks)
    assert (returned.state, returned.note) == ("returned", "时间不合适")
    kept = await LineComment.filter(approval_id=asked.id).values_list("anchor", "line", "text")
    assert [tuple(row) for row in kept] == [("main", 2, "请写明风险")]


async def test_only_who_asked_can_take_it_back(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    with pytest.raises(NotFound):
        await approvals.withdraw(asked.id, people["wang"])
    await approvals.withdraw(asked.id, people["li"])
    with pytest.raises(Refused, match="撤回"):
        await approvals.approve(asked.id, "hash-1", people["wang"])


async def test_a_branch_sees_and_decides_its_own_only(people: dict[str, Staff]) -> None:
    of_head_office = await _ask(people)
    own = await approvals.ask("thing", 8, "hash-1", {"branch_id": people["zhao"].branch_id}, people["li"])
    assert [one.id for one in await approval_reading.waiting_for(people["zhao"])] == [own.id]
    assert [one.id for one in await approval_reading.waiting_for(people["wang"])] == [of_head_office.id, own.id]
    assert await approval_reading.waiting_for(people["li"]) == []
    with pytest.raises(NotFound):
        await approvals.approve(of_head_office.id, "hash-1", people["zhao"])


async def test_a_deputy_decides_what_the_absent_person_could_and_it_is_written_down(people: dict[str, Staff]) -> None:
    asked = await _ask(people)
    await _stands_in(people["zhao"], people["wang"])
    assert [one.id for one in await approval_reading.waiting_for(people["zhao"])] == [asked.id]
    await approvals.approve(asked.id, "hash-1", people["zhao"])
    vote = await Vote.get(approval_id=asked.id)
    assert (vote.staff_id, vote.on_behalf_of_id) == (people["zhao"].id, people["wang"].id)


async def test_a_deputy_of_a_maker_does_not_decide_in_the_makers_place(people: dict[str, Staff]) -> None:
    asked = await approvals.ask("thing", 7, "hash-1", {}, people["wang"])
    await _stands_in(people["zhao"], people["wang"])
    with pytest.raises(Forbidden):
        await approvals.approve(asked.id, "hash-1", people["zhao"])


async def test_one_person_and_the_own_deputy_are_not_two(people: dict[str, Staff]) -> None:
    await _two_needed()
    asked = await _ask(people, size=101)
    await _stands_in(people["zhao"], people["wang"])
    await approvals.approve(asked.id, "hash-1", people["zhao"])
    with pytest.raises(Refused, match="表决过"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    await approvals.approve(asked.id, "hash-1", people["sun"])
    assert [asked.id] == APPLIED


async def test_a_touched_interest_of_a_maker_needs_the_committees_yes(people: dict[str, Staff]) -> None:
    await interests.declare("product", "R12", "配偶参与管理", people["li"])
    await Staff.filter(id=people["sun"].id).update(in_committee=True)
    asked = await _ask(people, touches=("product:r12",))
    assert asked.needs_committee
    with pytest.raises(Forbidden, match="评审委员会"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    await approvals.approve(asked.id, "hash-1", people["sun"])
    assert [asked.id] == APPLIED


async def test_an_interest_declared_after_asking_still_calls_the_committee(people: dict[str, Staff]) -> None:
    asked = await _ask(people, touches=("company:甲公司",))
    assert not asked.needs_committee
    await interests.declare("company", "甲公司", "持股", people["li"])
    with pytest.raises(Forbidden, match="评审委员会"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    assert (await Approval.get(id=asked.id)).needs_committee


async def test_who_declared_an_interest_in_it_has_no_vote(people: dict[str, Staff]) -> None:
    await interests.declare("product", "R12", "持有", people["wang"])
    asked = await _ask(people, touches=("product:R12",))
    assert not asked.needs_committee
    with pytest.raises(Forbidden, match="利益"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    with pytest.raises(Forbidden, match="利益"):
        await approvals.give_back(asked.id, "不好", people["wang"])


async def test_ending_the_own_interest_gives_no_vote_for_a_month(people: dict[str, Staff]) -> None:
    held = await interests.declare("product", "R12", "持有", people["wang"])
    asked = await _ask(people, touches=("product:R12",))
    await interests.end(held.id, people["wang"])
    with pytest.raises(Forbidden, match="利益"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    with clock.frozen(clock.now() + interests.STILL_COUNTS + timedelta(days=1)):
        free = await approvals.ask("thing", 9, "hash-1", {}, people["li"], touches=("product:R12",))
        assert (await approvals.approve(free.id, "hash-1", people["wang"])).state == "approved"


@pytest.mark.parametrize("maker", ["li", "wang"])
async def test_who_made_a_sign_in_link_and_who_used_it_do_not_decide_for_each_other(
    people: dict[str, Staff], maker: str
) -> None:
    # whoever makes a link for a reviewer can sign in as that reviewer
    user = people["wang" if maker == "li" else "li"]
    now = clock.now()
    await Invitation.create(
        staff_id=user.id, token_hash="t", purpose="reset", made_by_id=people[maker].id, expires_at=now, used_at=now
    )
    asked = await _ask(people)
    with pytest.raises(Forbidden, match="登录链接"):
        await approvals.approve(asked.id, "hash-1", people["wang"])
    assert await approval_reading.waiting_for(people["wang"]) == []
    with clock.frozen(now + approval_rights.HANDED_OVER + timedelta(minutes=1)):
        again = await _ask(people)
        assert (await approvals.approve(again.id, "hash-1", people["wang"])).state == "approved"


async def test_what_a_newer_question_or_an_edit_puts_aside_is_in_the_audit(people: dict[str, Staff]) -> None:
    first, second = await _ask(people), await _ask(people)
    assert await approvals.void("thing", 7, "内容有修改") == 1
    for action, asked, by in (("approval.withdrawn", first, people["li"].id), ("approval.void", second, None)):
        entry = await AuditEntry.get(action=action)
        assert (entry.detail, entry.staff_id) == ({"approval": asked.id}, by)
