"""Campaigns on the pages: who may open them, and what they show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from staff.models import Staff
from tests.browsing import Browser
from tests.web.console import bank

SignIn = Callable[[str], Awaitable[Browser]]
SEEING = ("marketing", "director", "branch_head", "reviewer", "auditor")


@pytest.mark.parametrize("role", ["marketing", "director", "branch_head", "reviewer", "administrator", "auditor"])
async def test_every_page_opens_for_those_who_may_and_for_nobody_else(
    signed_in: SignIn, people: dict[str, Staff], role: str
) -> None:
    await bank.make_clients(people, 3)
    campaign, asked = await bank.submitted(people)
    pages = {
        "/campaigns": SEEING,
        f"/campaigns/{campaign.id}": SEEING,
        f"/campaigns/{campaign.id}/progress": SEEING,
        "/calendar": SEEING,
        "/calendar?month=2026-09": SEEING,
        "/library": SEEING,
        "/campaigns/new": ("marketing",),
        f"/campaigns/{campaign.id}/edit": ("marketing",),
        "/library/edit": ("marketing",),
        "/approvals": ("branch_head", "reviewer", "administrator", "auditor"),
        f"/approvals/{asked.id}": ("branch_head", "reviewer", "auditor"),
    }
    browser = await signed_in(role)
    for path, roles in pages.items():
        answer = await browser.get(path)
        # an administrator decides on roles, so that approvals open, but not those of campaigns
        refused = 404 if role == "administrator" and path == f"/approvals/{asked.id}" else 403
        assert answer.status == (200 if role in roles else refused), (role, path, answer.text[:600])


async def test_strangers_are_sent_to_the_sign_in(web_app, db: None) -> None:
    for path in ("/campaigns", "/calendar", "/approvals", "/library", "/campaigns/1/edit"):
        answer = await Browser(web_app).get(path)
        assert answer.status == 303
        assert answer.headers["location"].startswith("/login")


async def test_an_empty_bank_says_what_a_campaign_is(signed_in: SignIn) -> None:
    browser = await signed_in("marketing")
    assert "还没有活动" in (await browser.get("/campaigns")).text
    assert "还没有素材" in (await browser.get("/library")).text
    assert "没有等待排期的活动" in (await browser.get("/calendar")).text


async def test_the_list_is_narrowed_by_state_and_kind(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    await bank.draft_of(people["marketing"], "只是草稿")
    await bank.submitted(people, name="已经提交")
    browser = await signed_in("director")
    page = (await browser.get("/campaigns?state=submitted")).text
    assert "已经提交" in page
    assert "只是草稿" not in page
    assert "没有符合条件的活动" in (await browser.get("/campaigns?kind=livestream")).text


async def test_names_and_texts_are_never_markup(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    evil = '<script>alert(1)</script>"><img src=x>'
    campaign, asked = await bank.submitted(people, name=evil, text=f"{evil} 您好")
    maker, checker = await signed_in("marketing"), await signed_in("branch_head")
    pages = [
        await maker.get("/campaigns"),
        await maker.get("/calendar"),
        await maker.get(f"/campaigns/{campaign.id}"),
        await maker.get(f"/campaigns/{campaign.id}/edit"),
        await checker.get("/approvals"),
        await checker.get(f"/approvals/{asked.id}"),
    ]
    for page in pages:
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "<img src=x>" not in page.text


async def test_no_page_breaks_the_content_policy(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    campaign, asked = await bank.submitted(people)
    maker, checker = await signed_in("marketing"), await signed_in("branch_head")
    for browser, path in (
        (maker, f"/campaigns/{campaign.id}/edit"),
        (maker, f"/campaigns/{campaign.id}"),
        (maker, "/campaigns/new"),
        (maker, "/calendar"),
        (checker, f"/approvals/{asked.id}"),
    ):
        text = (await browser.get(path)).text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


async def test_a_new_campaign_begins_as_a_draft_in_the_editor(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    answer = await browser.post(
        "/campaigns/new", {"kind": "event_invitation", "name": "秋日品茗", "channel": "wecom_message"}
    )
    assert answer.status == 303
    page = await browser.get(answer.headers["location"])
    assert "秋日品茗" in page.text
    assert "席位数" in page.text


async def test_a_new_campaign_without_a_name_is_asked_for_one(signed_in: SignIn) -> None:
    browser = await signed_in("marketing")
    answer = await browser.post("/campaigns/new", {"kind": "message", "name": " ", "channel": "wecom_message"})
    assert answer.status == 422
    assert "请填写活动名称" in answer.text
