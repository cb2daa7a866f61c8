"""The page of the wording rules: what is forbidden, a text tried against it, and changes for a second person."""

from __future__ import annotations

from datetime import timedelta

from campaigns.content import rules, rules_changes
from kernel import clock
from staff.models import Approval


async def test_a_text_is_tried_marked_and_mended_by_one_press(signed_in):
    browser = await signed_in("marketing")
    page = (await browser.get("/rules")).text
    assert rules.EDITION in page
    assert "诱导分享" in page
    tried = (await browser.post("/rules/trial", {"text": "本产品保 本，欢迎了解", "about": "wealth"})).text
    assert '<mark class="bad"' in tried
    assert "保 本</mark>" in tried
    assert "缺少必备提示" in tried
    mended = (await browser.post("/rules/trial", {"text": "本产品保 本，欢迎了解", "act": "fix.0"})).text
    assert "本产品稳健，欢迎了解" in mended
    assert "没有发现问题" in mended


async def test_a_change_waits_for_another_person(signed_in):
    browser = await signed_in("marketing")
    day = (clock.today() + timedelta(days=1)).isoformat()
    wrong = await browser.post(
        "/rules/changes", {"op": "add", "effective_on": day, "reason": "合规要求", "words": "(冲量"}
    )
    assert wrong.status == 422 or "括号" in wrong.text or "类别" in wrong.text
    form = {
        "op": "add",
        "family": "pressure",
        "words": "冲量特供",
        "effective_on": day,
        "reason": "合规要求",
        "is_blocking": "1",
    }
    assert (await browser.post("/rules/changes", form)).status == 303
    asked = await Approval.get(subject=rules_changes.SUBJECT)
    assert ["词语", "冲量特供"] in asked.summary["lines"]
    assert "等待批准的改动" in (await browser.get("/rules")).text


async def test_whoever_proposes_nothing_sees_no_forms(signed_in):
    browser = await signed_in("director")
    page = (await browser.get("/rules?family=sharing&q=集赞")).text
    assert "诱导分享" in page
    assert 'name="op"' not in page
