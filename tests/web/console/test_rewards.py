"""Grants, points and tier policies as people do them on the pages: asked by one, approved by another, seen by both."""

from __future__ import annotations

from datetime import date

from community.clients import registering
from community.clients.models import Client
from kernel import clock
from loyalty.rewards import benefits, granting, points
from loyalty.rewards.models import Benefit, Grant
from loyalty.tiers import policies
from staff.models import Approval, AuditEntry, Staff
from tests.browsing import Browser
from tests.web.console import bank

TOMORROW = date.fromordinal(clock.today().toordinal() + 1)


async def _approve(browser: Browser, asked: Approval) -> int:
    form = {"word": "approve", "seen_hash": asked.content_hash, "note": ""}
    return (await browser.post(f"/approvals/{asked.id}/decision", form)).status


async def _benefit(**given: object) -> Benefit:
    return await benefits.create("V1", "体检券", "voucher", "gold", description="全国", **given)  # type: ignore[arg-type]


async def _numbered(people: dict[str, Staff], *numbers: str) -> list[int]:
    saved = await registering.save_many("haiyue", [registering.ClientRow(one, name="张三丰") for one in numbers])
    branch_id = people["director"].branch_id
    await Client.all().update(branch_id=branch_id, owner_id=people["director"].id)
    return [saved.ids[one] for one in numbers]


async def test_a_director_asks_for_a_client_and_the_branch_head_lets_it_out(signed_in, people):
    (client,) = await bank.make_clients(people, 1)
    benefit = await _benefit(value_fen=88_00, stock=5)
    director, head = await signed_in("director"), await signed_in("branch_head")
    assert f"/grants/new?client={client}" in (await director.get(f"/clients/{client}")).text
    assert "体检券" in (await director.get(f"/grants/new?client={client}")).text
    form = {"benefit": benefit.id, "client": client, "reason": ""}
    assert (await director.post("/grants", form)).status == 422
    assert (await director.post("/grants", form | {"reason": "生日答谢"})).status == 303
    asked = await Approval.get(subject="grant")
    page = (await head.get(f"/approvals/{asked.id}")).text
    assert "88.00 元" in page
    assert "生日答谢" in page
    assert "待审批" in (await director.get("/grants/new")).text
    assert await _approve(head, asked) == 303
    assert (await Grant.get()).client_id == client
    assert "已发放 1 位" in (await director.get("/grants/new")).text
    assert "核销" in (await director.get(f"/clients/{client}")).text
    assert "核销" not in (await head.get(f"/clients/{client}")).text


async def test_pasted_numbers_that_nobody_has_or_another_branch_has_are_told_alike(signed_in, people):
    ids = await _numbered(people, "C1001", "C1002")
    await Client.filter(id=ids[1]).update(branch_id=None, owner_id=None)
    benefit = await _benefit(value_fen=1_00)
    browser = await signed_in("marketing")
    form = {"benefit": benefit.id, "numbers": "C1001\nC1002\nC9999", "reason": "答谢"}
    answer = await browser.post("/grants", form)
    assert answer.status == 422
    assert "有 2 个客户号不存在，或不在您的范围内：…1002、…9999" in answer.text
    assert (await browser.post("/grants", form | {"numbers": "C1001"})).status == 303
    assert (await browser.post("/grants", {"benefit": benefit.id, "client": ids[1], "reason": "x"})).status == 404
    assert (await browser.get(f"/grants/new?client={ids[1]}")).status == 404


async def test_a_grant_is_used_once_and_taken_back_with_a_second_person(signed_in, people):
    client, other = await bank.make_clients(people, 2)
    benefit = await _benefit(value_fen=88_00, stock=5)
    first, second = await benefits.grant(client, benefit.id), await benefits.grant(other, benefit.id)
    director = await signed_in("director")
    assert (await director.post(f"/grants/{first.id}/redemption", {})).status == 303
    assert (await director.post(f"/grants/{first.id}/redemption", {})).status == 422
    assert (await director.post(f"/grants/{second.id}/reversal", {"reason": "发错", "back": "benefits"})).status == 303
    assert await _approve(await signed_in("branch_head"), await Approval.get(subject="grant_reversal")) == 303
    assert await Grant.all().order_by("id").values_list("state", flat=True) == ["redeemed", "reversed"]
    assert await AuditEntry.filter(action="benefit.redeemed", staff_id=people["director"].id).count() == 1


async def test_points_are_corrected_by_two_and_the_page_shows_both_sides(signed_in, people):
    (client,) = await bank.make_clients(people, 1)
    await points.post("earned", "e", client, 1_000)
    browser = await signed_in("marketing")
    form = {"client": client, "points": "-1200", "reason": "更正重复记账"}
    assert "积分不足" in (await browser.post("/points", form)).text
    assert (await browser.post("/points", form | {"points": "-200"})).status == 303
    head = await signed_in("branch_head")
    asked = await Approval.get(subject="points")
    assert "客户账户 -200，人工调整账户 +200" in (await head.get(f"/approvals/{asked.id}")).text
    assert await _approve(head, asked) == 303
    page = (await browser.get(f"/points?client={client}")).text
    assert "更正重复记账" in page
    assert "余额 800 分" in page
    assert (await browser.post("/points/check", {})).status == 303
    assert "账目平衡" in (await browser.get("/points")).text
    story = (await browser.get(f"/clients/{client}")).text
    assert "调整积分" in story
    assert "余额 800 分" in story
    assert "更正重复记账" not in (await (await signed_in("administrator")).get("/points")).text


async def test_a_client_beyond_reach_has_no_points_to_see_or_change(signed_in, people):
    (client,) = await bank.make_clients(people, 1)
    await points.post("earned", "e", client, 1_000, "看不见的说明")
    await Client.filter(id=client).update(branch_id=None, owner_id=None)
    browser = await signed_in("marketing")
    assert (await browser.get(f"/points?client={client}")).status == 404
    assert (await browser.post("/points", {"client": client, "points": "5", "reason": "x"})).status == 404
    assert "看不见的说明" not in (await browser.get("/points")).text


async def test_one_client_is_found_by_number_and_taken_to_the_form(signed_in, people):
    ids = await _numbered(people, "C1001")
    answer = await (await signed_in("marketing")).post("/points/search", {"q": "C1001"})
    assert answer.headers["location"] == f"/points?client={ids[0]}"


async def test_a_tier_policy_is_looked_at_then_asked_for_then_approved(signed_in, people):
    await policies.load_preset("cmb", date(2026, 1, 1))
    await Staff.filter(id=people["reviewer"].id).update(reach="bank")
    browser = await signed_in("marketing")
    page = await browser.get("/tiers/change")
    assert 'name="threshold.gold"' in page.text
    form = {"name": "五级", "effective_on": TOMORROW.isoformat(), "act": "preview", "basis": "total",
            "day_count": "calendar", "upgrade": "next_month", "drop": "last_month", "watch_from": "1",
            "reason": "服务年轻客户"}  # fmt: skip
    for tier in policies.presets()["cmb"]["definition"]["tiers"]:
        form |= {f"threshold.{tier['code']}": f"{tier['threshold_fen'] / 1_000_000:g}",
                 f"grace.{tier['code']}": str(tier["grace_months"])}  # fmt: skip
    assert "没有改动" in (await browser.post("/tiers/change", form)).text
    form["threshold.gold"] = "3"
    shown = await browser.post("/tiers/change", form)
    assert "金卡 5.00 万元起，宽限 3 个月 → 金卡 3.00 万元起，宽限 3 个月" in shown.text
    assert await Approval.filter(subject="tier_policy").count() == 0
    assert (await browser.post("/tiers/change", form | {"act": "propose"})).status == 303
    asked = await Approval.get(subject="tier_policy")
    assert await _approve(await signed_in("reviewer"), asked) == 303
    assert (await policies.in_force(TOMORROW))[1].tiers[1].threshold_fen == 3_000_000
    assert "将要生效" in (await browser.get("/tiers/change")).text


async def test_a_whole_scheme_may_be_pasted_and_nonsense_is_refused(signed_in, people):
    await policies.load_preset("cmb", date(2026, 1, 1))
    browser = await signed_in("marketing")
    form = {"name": "两级", "effective_on": TOMORROW.isoformat()}
    assert "不是有效的 JSON" in (await browser.post("/tiers/change", form | {"pasted": "{"})).text
    assert "不是有效的 JSON" in (await browser.post("/tiers/change", form | {"pasted": "[1]"})).text
    assert "分层规则有误" in (await browser.post("/tiers/change", form | {"pasted": '{"tiers": 3}'})).text
    assert "请填不小于 0 的数字" in (await browser.post("/tiers/change", form)).text
    one = '{"tiers": [{"code": "a", "name": "普通", "threshold_fen": 0}]}'
    assert "取消" in (await browser.post("/tiers/change", form | {"pasted": one})).text


async def test_whoever_decides_sees_every_client_of_a_grant(signed_in, people):
    ids = await bank.make_clients(people, 25)
    benefit = await _benefit(value_fen=1_00)
    await granting.propose(benefit.id, ids, "答谢", people["marketing"])
    page = (await (await signed_in("branch_head")).get(f"/approvals/{(await Approval.get()).id}")).text
    assert "全部 25 位" in page
    assert all(f'href="/clients/{one}"' in page for one in ids)
