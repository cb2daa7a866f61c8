"""People come, change and go: never by one person's word alone, and gone means gone at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from kernel.errors import Forbidden, NotFound, Refused
from staff import approval_rights, approvals, delegations, organisation, people, permissions
from staff.access import invitations, sessions
from staff.models import Approval, AuditEntry, Branch, Delegation, Session, Staff


@pytest.fixture
async def crew(db: None) -> dict[str, Any]:
    branch = await Branch.create(code="hy", name="海岳分行")
    return {
        "branch": branch,
        "ning": await people.hire("ning", "唐宁", "administrator"),
        "second": await people.hire("second", "程敏", "administrator"),
        "zhao": await people.hire("zhao", "赵恒", "reviewer"),
        "chen": await people.hire("chen", "陈曦", "director", branch=branch),
    }


async def _refusal(awaited: Any) -> str:
    with pytest.raises(Refused) as refused:
        await awaited
    return refused.value.code


async def test_another_role_waits_for_another_person(crew: dict[str, Any]) -> None:
    chen, ning, zhao = crew["chen"], crew["ning"], crew["zhao"]
    asked = await people.change_role(chen.id, "branch_head", "branch", crew["branch"].id, True, ning)
    assert (await Staff.get(id=chen.id)).role == "director"
    assert ["角色", "客户总监 → 分行负责人"] in asked.summary["lines"]
    for nobody in (ning, chen):
        assert await _refusal(approvals.approve(asked.id, asked.content_hash, nobody)) in (
            "approval.own_work",
            "forbidden",
        )
    await approvals.approve(asked.id, asked.content_hash, zhao)
    now = await Staff.get(id=chen.id)
    assert (now.role, now.reach, now.in_committee) == ("branch_head", "branch", True)
    assert await AuditEntry.filter(action="staff.role_changed", subject_id=chen.id).count() == 1


async def test_a_yes_to_what_has_changed_meanwhile_changes_nothing(crew: dict[str, Any]) -> None:
    chen = crew["chen"]
    asked = await people.change_role(chen.id, "marketing", "branch", crew["branch"].id, False, crew["ning"])
    await Staff.filter(id=chen.id).update(reach="team")
    assert await _refusal(approvals.approve(asked.id, asked.content_hash, crew["zhao"])) == "approval.stale"
    assert (await Staff.get(id=chen.id)).role == "director"
    assert (await Approval.get(id=asked.id)).state == "void"


async def test_a_changed_question_is_another_question(crew: dict[str, Any]) -> None:
    chen = crew["chen"]
    asked = await people.change_role(chen.id, "marketing", "branch", crew["branch"].id, False, crew["ning"])
    asked.summary["content"]["after"]["reach"] = "bank"
    await asked.save(update_fields=["summary"])
    assert await _refusal(approvals.approve(asked.id, asked.content_hash, crew["zhao"])) == "approval.stale"
    assert (await Staff.get(id=chen.id)).reach == "own"


async def test_what_reaches_the_whole_bank_is_decided_by_head_office(crew: dict[str, Any]) -> None:
    local = await people.hire("local", "何静", "reviewer", branch=crew["branch"])
    wide = await people.change_role(crew["chen"].id, "marketing", "bank", crew["branch"].id, False, crew["ning"])
    with pytest.raises(NotFound):
        await approvals.approve(wide.id, wide.content_hash, local)
    near = await people.change_role(crew["chen"].id, "marketing", "branch", crew["branch"].id, False, crew["ning"])
    await approvals.approve(near.id, near.content_hash, local)
    assert (await Staff.get(id=crew["chen"].id)).reach == "branch"


async def test_a_new_person_may_nothing_before_the_second_word(crew: dict[str, Any]) -> None:
    person = await people.admit("wu", "吴琼", "marketing", "bank", None, by=crew["ning"])
    assert not permissions.may(person, "clients.see")
    asked = await people.waiting_change(person.id)
    assert asked is not None
    await approvals.approve(asked.id, asked.content_hash, crew["zhao"])
    assert permissions.may(await Staff.get(id=person.id), "clients.see")
    assert await _refusal(people.admit("wu", "吴琼", "marketing", "bank", None, by=crew["ning"])) == (
        "people.login_taken"
    )


async def test_gone_means_gone_at_once(crew: dict[str, Any]) -> None:
    chen, today = crew["chen"], clock.today()
    _found, token = await sessions.begin(chen, "password")
    await delegations.delegate(chen, crew["zhao"], today, today + timedelta(days=9), "", chen)
    await delegations.delegate(
        crew["zhao"], chen, today + timedelta(days=20), today + timedelta(days=22), "", crew["zhao"]
    )
    asked = await approvals.ask("staff_role", 10**6, "h", {"title": "某"}, chen)
    await people.let_go(chen.id, crew["ning"])
    gone = await Staff.get(id=chen.id)
    assert (gone.is_active, gone.left_at is not None) == (False, True)
    assert await sessions.find(token) is None
    assert not await Session.exists(staff_id=chen.id)
    assert not await Delegation.exists(ended_at=None)
    assert (await Approval.get(id=asked.id)).state == "withdrawn"
    with pytest.raises(NotFound):
        await people.let_go(chen.id, crew["ning"])


async def test_a_leaver_comes_back_only_by_another_persons_word(crew: dict[str, Any]) -> None:
    chen = crew["chen"]
    await people.let_go(chen.id, crew["ning"])
    asked = await people.change_role(chen.id, "director", "own", crew["branch"].id, False, crew["ning"])
    assert not (await Staff.get(id=chen.id)).is_active
    await approvals.approve(asked.id, asked.content_hash, crew["zhao"])
    back = await Staff.get(id=chen.id)
    assert (back.is_active, back.left_at) == (True, None)


async def test_nobody_decides_about_themselves_and_somebody_always_administers(crew: dict[str, Any]) -> None:
    ning, second = crew["ning"], crew["second"]
    with pytest.raises(Forbidden):
        await people.change_role(ning.id, "auditor", "bank", None, False, ning)
    with pytest.raises(Forbidden):
        await people.let_go(ning.id, ning)
    outcomes = await asyncio.gather(
        people.let_go(ning.id, second), people.let_go(second.id, ning), return_exceptions=True
    )
    assert sum(isinstance(one, Staff) for one in outcomes) == 1
    assert await Staff.filter(role="administrator", is_active=True).count() == 1


async def test_the_last_administrator_keeps_the_keys(crew: dict[str, Any]) -> None:
    one = await people.change_role(crew["ning"].id, "auditor", "bank", None, False, crew["second"])
    await people.let_go(crew["second"].id, crew["ning"])
    assert await _refusal(approvals.approve(one.id, one.content_hash, crew["zhao"])) == "approval.decided"
    assert (await Staff.get(id=crew["ning"].id)).role == "administrator"


async def test_combinations_that_can_not_be(crew: dict[str, Any]) -> None:
    chen, ning, unit = crew["chen"], crew["ning"], crew["branch"].id
    for role, reach, branch_id, code in (
        ("owner", "own", unit, "people.unknown_role"),
        ("director", "planet", unit, "people.unknown_reach"),
        ("branch_head", "bank", None, "people.no_branch"),
        ("marketing", "branch", None, "people.reach_without_unit"),
        ("director", "own", unit, "people.same_role"),
        ("director", "team", 10**9, "organisation.closed"),
    ):
        assert await _refusal(people.change_role(chen.id, role, reach, branch_id, False, ning)) == code
    with pytest.raises(Forbidden):
        await people.change_role(chen.id, "marketing", "bank", None, False, crew["zhao"])


async def test_a_unit_closed_meanwhile_takes_nobody_in(crew: dict[str, Any]) -> None:
    unit = await organisation.open_unit("cf", "财富一团队", "team", crew["branch"].id, crew["ning"])
    asked = await people.change_role(crew["chen"].id, "director", "team", unit.id, False, crew["ning"])
    await organisation.close(unit.id, crew["ning"])
    assert await _refusal(approvals.approve(asked.id, asked.content_hash, crew["zhao"])) == "organisation.closed"
    assert (await Staff.get(id=crew["chen"].id)).branch_id == crew["branch"].id


async def test_a_person_outside_the_own_reach_is_not_there(crew: dict[str, Any]) -> None:
    head = await people.hire("sun", "孙博", "branch_head", branch=crew["branch"])
    assert (await people.visible(crew["chen"].id, head)).name == "陈曦"
    with pytest.raises(NotFound):
        await people.visible(crew["zhao"].id, head)


async def test_who_says_yes_to_a_newcomer_sees_by_what_they_sign_in_and_who_let_them_in_is_no_second_person(
    crew: dict[str, Any],
) -> None:
    ning, zhao = crew["ning"], crew["zhao"]
    made = await people.admit("ma", "马丽", "reviewer", "bank", None, wecom_userid="ma.li", by=ning)
    asked = await Approval.get(subject_id=made.id)
    assert asked.summary["lines"][:2] == [["用户名", "ma"], ["企业微信账号", "ma.li"]]
    await approvals.approve(asked.id, asked.content_hash, zhao)
    # a WeCom account of one's own, entered for the newcomer, would make one person two
    wide = await people.change_role(crew["chen"].id, "marketing", "bank", None, False, ning)
    newcomer = await Staff.get(id=made.id)
    assert await _refusal(approvals.approve(wide.id, wide.content_hash, newcomer)) == "approval.linked"
    with clock.frozen(clock.now() + approval_rights.HANDED_OVER + timedelta(minutes=1)):
        again = await people.change_role(crew["chen"].id, "marketing", "bank", None, False, ning)
        assert (await approvals.approve(again.id, again.content_hash, newcomer)).state == "approved"


async def test_a_sign_in_link_is_void_when_its_person_leaves_and_does_not_live_again_when_they_return(
    crew: dict[str, Any],
) -> None:
    chen, ning = crew["chen"], crew["ning"]
    token = (await invitations.invite(chen, "invite", ning)).rpartition("/")[2]
    await people.let_go(chen.id, ning)
    await Staff.filter(id=chen.id).update(is_active=True, left_at=None)
    with pytest.raises(invitations.Closed):
        await invitations.whose(token)
