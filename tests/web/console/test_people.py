"""The pages of people, organisation, permissions and standing in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kernel import clock, database
from kernel.errors import Forbidden
from staff import approvals, organisation
from staff import people as abilities
from staff.models import Approval, AuditEntry, Branch, Delegation, Staff


@pytest.fixture
async def admin(signed_in):
    return await signed_in("administrator")


@pytest.fixture
async def bank(people) -> None:
    """Three clients of the director."""
    director = people["director"]
    await database.execute(
        "INSERT INTO client (owner_id, branch_id, created_at) SELECT $1, $2, now() FROM generate_series(1, 3)",
        director.id,
        director.branch_id,
    )


async def _wait(login: str) -> Approval:
    person = await Staff.get(login=login)
    asked = await abilities.waiting_change(person.id)
    assert asked is not None
    return asked


async def test_a_new_person_is_registered_approved_and_invited(admin, people) -> None:
    unit = people["director"].branch_id
    given = {"name": "吴琼", "login": "wu.qiong", "role": "director", "reach": "own", "unit": str(unit)}
    answer = await admin.post("/settings/people", given)
    number = (await Staff.get(login="wu.qiong")).id
    assert answer.headers["location"] == f"/settings/people/{number}"
    page = await admin.get(f"/settings/people/{number}")
    assert "等待批准的调整" in page.text
    assert "账号未启用" in page.text
    assert (await admin.post(f"/settings/people/{number}/invitation")).status == 422
    asked = await _wait("wu.qiong")
    await approvals.approve(asked.id, asked.content_hash, people["reviewer"])
    answer = await admin.post(f"/settings/people/{number}/invitation")
    (link,) = re.findall(r"https?://[^<\s]+/start/[\w-]+", answer.text)
    assert link not in (await admin.get(f"/settings/people/{number}")).text


async def test_what_can_not_be_is_said_on_the_same_page(admin, people) -> None:
    given = {"name": "吴琼", "login": "director", "role": "director", "reach": "own"}
    answer = await admin.post("/settings/people", given)
    assert answer.status == 422
    assert "已被使用" in answer.text
    assert "吴琼" in answer.text
    assert (await admin.post("/settings/people", {"name": "吴琼"})).status == 422
    own = people["administrator"].id
    answer = await admin.post(f"/settings/people/{own}/role", {"role": "auditor", "reach": "bank"})
    assert answer.status == 403


async def test_a_leaver_hands_clients_over_and_is_out(admin, people, bank) -> None:
    leaver = people["director"]
    held = await database.fetch_value("SELECT count(*) FROM client WHERE owner_id = $1", leaver.id)
    heir = await Staff.create(login="heir", name="接手", role="director", branch_id=leaver.branch_id)
    assert held > 0
    assert (await admin.post(f"/settings/people/{leaver.id}/departure", {})).status == 422
    assert (await Staff.get(id=leaver.id)).is_active
    answer = await admin.post(f"/settings/people/{leaver.id}/departure", {"successor": str(heir.id)})
    assert answer.status == 303
    assert await database.fetch_value("SELECT count(*) FROM client WHERE owner_id = $1", heir.id) == held
    told = await database.fetch_value("SELECT count(*) FROM timeline_entry WHERE kind = 'owner.assigned'")
    assert told == held
    assert await AuditEntry.filter(action__in=("staff.let_go", "clients.handed_over")).count() == 2


async def test_clients_left_behind_are_handed_over_later(admin, people, bank) -> None:
    leaver = people["director"]
    await abilities.let_go(leaver.id, None)
    assert "未移交" in (await admin.get(f"/settings/people/{leaver.id}")).text
    heir = await Staff.create(login="heir", name="接手", role="director", branch_id=leaver.branch_id)
    assert (await admin.post(f"/settings/people/{leaver.id}/handover", {"successor": str(heir.id)})).status == 303
    assert await database.fetch_value("SELECT count(*) FROM client WHERE owner_id = $1", leaver.id) == 0


async def test_a_successor_who_left_takes_nothing_and_nobody_goes(admin, people, bank) -> None:
    leaver = people["director"]
    heir = await Staff.create(login="heir", name="接手", role="director", is_active=False)
    assert (await admin.post(f"/settings/people/{leaver.id}/departure", {"successor": str(heir.id)})).status == 422
    assert (await Staff.get(id=leaver.id)).is_active


async def test_the_list_is_filtered_and_kept_to_the_readers_part(signed_in, admin, people) -> None:
    elsewhere = await Branch.create(code="GZ01", name="广州分行")
    far = await Staff.create(login="far", name="远方", role="director", branch=elsewhere)
    assert "远方" in (await admin.get("/settings/people")).text
    assert "远方" not in (await admin.get(f"/settings/people?unit={people['director'].branch_id}")).text
    assert "远方" not in (await admin.get("/settings/people?role=marketing")).text
    assert "没有符合条件的成员" in (await admin.get("/settings/people?state=left")).text
    head = await signed_in("branch_head")
    assert "远方" not in (await head.get("/settings/people")).text
    assert (await head.get(f"/settings/people/{far.id}")).status == 404
    assert (await head.get("/settings/people/999999")).status == 404
    assert (await head.post(f"/settings/people/{people['director'].id}/role", {})).status == 403


async def test_the_tree_is_built_moved_and_closed_on_the_page(admin, people) -> None:
    top = people["director"].branch_id
    given = {"name": "福田支行", "code": "FT", "kind": "sub_branch", "parent": str(top)}
    assert (await admin.post("/settings/organisation", given)).status == 303
    unit = await Branch.get(code="FT")
    assert unit.path == f"{top}/{unit.id}/"
    assert (await admin.post(f"/settings/organisation/{top}/parent", {"parent": str(unit.id)})).status == 422
    assert (await admin.post(f"/settings/organisation/{unit.id}/parent", {"parent": ""})).status == 303
    assert (await admin.post(f"/settings/organisation/{unit.id}/name", {"name": "福田中心支行"})).status == 303
    assert "福田中心支行" in (await admin.get("/settings/organisation")).text
    answer = await admin.post(f"/settings/organisation/{top}/closing")
    assert answer.status == 422
    assert "位成员" in answer.text
    assert (await admin.post(f"/settings/organisation/{unit.id}/closing")).status == 303
    assert "已撤销 福田中心支行" in (await admin.get("/settings/organisation")).text
    assert "福田中心支行" not in (await admin.get("/settings/organisation")).text


async def test_a_branch_reads_its_own_part_of_the_tree(signed_in, people) -> None:
    await organisation.open_unit("GZ", "广州分行", "branch", None, None)
    head = await signed_in("branch_head")
    page = await head.get("/settings/organisation")
    assert "深圳分行" in page.text
    assert "广州分行" not in page.text
    assert "设立机构" not in page.text


async def test_permissions_are_read_in_words_with_who_holds_them(signed_in, admin, people) -> None:
    page = await admin.get("/settings/permissions?permission=clients.reveal")
    assert "说明原因后查看客户完整信息" in page.text
    assert "测试director" in page.text
    assert "测试marketing" not in page.text
    assert "本人名下的客户" in page.text
    assert (await admin.get("/settings/permissions?permission=nonsense")).status == 200
    assert (await (await signed_in("director")).get("/settings/permissions")).status == 403


async def test_somebody_on_leave_names_a_deputy_on_the_own_page(signed_in, people, bank) -> None:
    today = clock.today()
    browser = await signed_in("director")
    deputy = people["marketing"]
    given = {"deputy": str(deputy.id), "from_on": str(today), "until_on": str(today + timedelta(days=3))}
    assert (await browser.post("/account/delegations", given)).status == 303
    assert "代理中" in (await browser.get("/account/delegations")).text
    assert (await browser.post("/account/delegations", {**given, "deputy": "x"})).status == 422
    assert (await browser.post("/account/delegations", given)).status == 422
    other = await signed_in("marketing")
    assert "我代理的同事" in (await other.get("/account/delegations")).text
    one = await Delegation.get()
    reviewer = await signed_in("reviewer")
    assert (await reviewer.post(f"/account/delegations/{one.id}/end")).status == 404
    assert (await other.post(f"/account/delegations/{one.id}/end")).status == 303
    assert (await Delegation.get()).ended_at is not None


async def test_an_administrator_sets_and_ends_it_for_the_absent(admin, people) -> None:
    today = clock.today()
    number = people["director"].id
    given = {"deputy": str(people["marketing"].id), "from_on": str(today), "until_on": str(today)}
    assert (await admin.post(f"/settings/people/{number}/delegations", given)).status == 303
    assert "休假中" in (await admin.get("/settings/people?state=away")).text
    one = await Delegation.get()
    assert (await admin.post(f"/settings/people/{number}/delegations/{one.id}/end")).status == 303


async def test_sessions_and_second_factor_of_others_end_by_an_administrator(signed_in, admin, people) -> None:
    other = await signed_in("marketing")
    number = people["marketing"].id
    assert (await other.get("/campaigns")).status == 200
    assert (await admin.post(f"/settings/people/{number}/sessions")).status == 303
    assert (await other.get("/campaigns")).status == 303
    assert (await admin.post(f"/settings/people/{number}/second-factor")).status == 303
    assert await AuditEntry.filter(action__in=("session.all_ended", "second_factor.reset")).count() == 2


async def _yes(number: int, by: Staff) -> None:
    asked = await Approval.get(subject="sign_in_reset", subject_id=number, state="waiting")
    await approvals.approve(asked.id, asked.content_hash, by)


async def test_nobody_gets_into_the_account_of_who_sees_much_without_a_second_word(admin, people) -> None:
    number = people["director"].id
    answer = await admin.post(f"/settings/people/{number}/invitation")
    assert answer.status == 303
    assert "/start/" not in (await admin.get(f"/settings/people/{number}")).text
    assert (await admin.post(f"/settings/people/{number}/invitation")).status == 409
    with pytest.raises(Forbidden):
        await _yes(number, people["administrator"])
    await _yes(number, people["reviewer"])
    assert "/start/" in (await admin.post(f"/settings/people/{number}/invitation")).text
    # one yes, one link
    assert (await admin.post(f"/settings/people/{number}/invitation")).status == 303


async def test_the_second_factor_of_who_decides_is_reset_by_two(admin, people) -> None:
    person = people["branch_head"]
    await Staff.filter(id=person.id).update(totp_sealed=b"x", totp_since=clock.now())
    assert (await admin.post(f"/settings/people/{person.id}/second-factor")).status == 303
    assert (await Staff.get(id=person.id)).totp_since is not None
    await _yes(person.id, people["reviewer"])
    assert (await Staff.get(id=person.id)).totp_since is None


async def test_who_signs_in_without_a_password_is_no_newcomer(signed_in, admin, people) -> None:
    await signed_in("director")
    await Staff.filter(id=people["director"].id).update(password_hash="")
    assert (await admin.post(f"/settings/people/{people['director'].id}/invitation")).status == 303
    assert await Approval.filter(subject="sign_in_reset", state="waiting").count() == 1


async def test_others_still_get_a_link_at_once(admin, people) -> None:
    assert "/start/" in (await admin.post(f"/settings/people/{people['marketing'].id}/invitation")).text
