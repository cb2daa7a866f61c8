"""The list of what staff did speaks of names, not of codes and numbers."""

from __future__ import annotations

import re

from staff import audit, tasks
from staff.models import AuditCheck, AuditEntry, Branch, Staff
from tests.emptying import as_owner
from tests.web.console import bank
from web.console import audit_story


async def test_an_entry_names_its_campaign_and_leads_to_it(signed_in, people):
    campaign = await bank.draft_of(people["marketing"], name="九月理财课")
    page = (await (await signed_in("reviewer")).get("/audit")).text
    assert f'<a href="/campaigns/{campaign.id}">活动 · 九月理财课</a>' in page
    assert "类型：内容推送" in page
    assert "修改前：草稿" in page


async def test_what_weighs_most_is_told_without_codes(signed_in, people):
    admin, other = people["administrator"], people["marketing"]
    was = {"role": "marketing", "reach": "own", "unit": None, "committee": False, "active": True}
    await audit.record(
        admin, "staff.role_changed", "staff", other.id, was=was, now=was | {"role": "auditor"}, approval=1
    )
    await audit.record(admin, "stop.pulled", "stop", 1, what="channel:wecom_message", reason="核对")
    await audit.record(None, "privacy.asked", "privacy_request", 1, kind="erase", source="portal")
    await audit.record(admin, "approval_rule.changed", "approval_rule", None, about="staff_role", hours=24)
    await audit.record(admin, "access.denied", "group", 1, door="group", method="GET", why="forbidden")
    page = (await (await signed_in("auditor")).get("/audit")).text
    assert "修改前：角色：营销经理、机构编号：总行、范围：本人、可登录：是、评审委员会：否" in page
    assert "调整为：角色：审计" in page
    assert "对象：渠道 企业微信群发（客户）" in page
    for told in ("类型：删除", "来源：客户页面", "规则：角色与范围", "原因：没有权限", "页面：客户群", "动作：打开"):
        assert told in page, told


async def test_who_may_not_open_campaigns_reads_the_name_without_a_link(signed_in, people):
    campaign = await bank.draft_of(people["marketing"], name="九月理财课")
    page = (await (await signed_in("administrator")).get("/audit")).text
    assert "活动 · 九月理财课" in page
    assert f'href="/campaigns/{campaign.id}"' not in page


async def test_a_fingerprint_is_shown_short(signed_in, people):
    await bank.make_clients(people, 2)
    _campaign, asked = await bank.submitted(people)
    page = (await (await signed_in("reviewer")).get("/audit")).text
    assert f"内容指纹：{asked.content_hash[:12]}<" in page


async def test_the_list_is_narrowed_by_person_thing_day_and_request(signed_in, people):
    campaign = await bank.draft_of(people["marketing"], name="九月理财课")
    other = await bank.draft_of(people["marketing"], name="十月沙龙")
    browser = await signed_in("auditor")
    page = (await browser.get(f"/audit?subject=campaign&subject_id={campaign.id}")).text
    assert "九月理财课" in page
    assert "十月沙龙" not in page
    assert "十月沙龙" in (await browser.get(f"/audit?staff={people['marketing'].id}")).text
    assert "没有符合条件的记录" in (await browser.get(f"/audit?staff={people['director'].id}")).text
    assert "没有符合条件的记录" in (await browser.get("/audit?until_on=2020-01-01")).text
    assert (await browser.get("/settings/keys")).status == 403
    entry = await AuditEntry.get(action="access.denied")
    assert len(entry.request_id) == 16
    page = (await browser.get(f"/audit?request={entry.request_id}")).text
    assert "九月理财课" not in page
    assert "/exports/new?kind=audit" in page
    assert other.id


async def test_pages_go_back_by_number(signed_in, people):
    for number in range(60):
        await audit.record(people["marketing"], "thing.done", "thing", number)
    browser = await signed_in("auditor")
    page = (await browser.get("/audit?action=thing.")).text
    older = re.search(r'rel="next" href="(/audit\?[^"]+)"', page)
    assert page.count("thing.done") == 50
    assert (await browser.get(older[1].replace("&amp;", "&"))).text.count("thing.done") == 10


async def test_a_branch_head_reads_about_the_own_people_only(signed_in, people):
    away = await Branch.create(code="GZ01", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州人", role="marketing", branch=away)
    await audit.record(stranger, "thing.abroad")
    await audit.record(people["director"], "thing.athome")
    page = (await (await signed_in("branch_head")).get("/audit")).text
    assert "thing.athome" in page
    assert "thing.abroad" not in page
    assert "校验整条链" not in page
    # the same for a reviewer of one branch; one who answers for the bank reads everything
    page = (await (await signed_in("reviewer")).get("/audit")).text
    assert "thing.abroad" not in page
    assert "校验整条链" not in page
    assert "thing.abroad" in (await (await signed_in("auditor")).get("/audit")).text


async def test_the_auditor_verifies_the_chain_on_the_page(signed_in, people):
    await audit.record(people["director"], "thing.done")
    browser = await signed_in("auditor")
    assert (await browser.post("/audit/verification")).status == 303
    check = await AuditCheck.get()
    assert "正在校验" in (await browser.get("/audit")).text
    await tasks.verify_audit.now(check.id)
    assert "完整，没有被改动" in (await browser.get("/audit")).text
    await as_owner("UPDATE audit_entry SET action = 'thing.undone' WHERE action = 'thing.done'")
    await browser.post("/audit/verification")
    await tasks.verify_audit.now((await AuditCheck.all().order_by("-id").first()).id)
    page = (await browser.get("/audit")).text
    assert "这条记录的内容被改动过" in page
    assert (await (await signed_in("administrator")).post("/audit/verification")).status == 403


def test_every_subject_with_a_page_names_the_right_to_open_it():
    with_page = {subject for subject, (_label, page) in audit_story.SUBJECTS.items() if page}
    assert with_page == set(audit_story.PERMISSIONS)
