"""A fresh proof before what weighs heavily: asked after ten minutes, nothing typed is lost, wrong proofs are slowed."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kernel import clock
from staff.access import sessions
from staff.models import AuditEntry, Session, Staff
from tests import casting, phones
from tests.browsing import Browser
from web import routes, shell
from web.doors import staff_page

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
LATER = sessions.FRESH + timedelta(seconds=1)


async def _echo(request: Request) -> Response:
    form = await request.form() if request.method == "POST" else {}
    return PlainTextResponse(f"done {sorted((k, str(v)) for k, v in form.items() if k != 'csrf_token')}")


@pytest.fixture(scope="module")
def app() -> Starlette:
    heavy = [
        staff_page("/heavy", _echo, "heavy", step_up=True),
        staff_page("/heavy", _echo, "heavy_change", methods="POST", step_up=True),
    ]
    return Starlette(
        routes=[*heavy, *routes.routes()], middleware=shell.middleware(), exception_handlers=shell.exception_handlers()
    )


@pytest.fixture
async def browser(app: Starlette, people: dict[str, Staff]) -> Browser:
    made = Browser(app)
    await casting.open_session(made, people["reviewer"])
    return made


def _hidden(page: str) -> dict[str, str]:
    return {html.unescape(name): html.unescape(value) for name, value in HIDDEN.findall(page)}


async def test_right_after_signing_in_nobody_is_asked(browser):
    assert (await browser.get("/heavy")).text == "done []"


async def test_a_page_asks_after_ten_minutes_and_opens_after_the_password(browser):
    with clock.frozen(clock.now() + LATER):
        asked = await browser.get("/heavy?x=1")
        assert (asked.status, asked.headers["location"]) == (303, "/step-up?next=%2Fheavy%3Fx%3D1")
        page = await browser.get(asked.headers["location"])
        assert "登录密码" in page.text
        form = _hidden(page.text)
        assert form["next"] == "/heavy?x=1"
        assert (await browser.post("/step-up", {**form, "step_up_proof": "wrong"})).status == 401
        right = await browser.post("/step-up", {**form, "step_up_proof": casting.PASSWORD})
        assert (right.status, right.headers["location"]) == (303, "/heavy?x=1")
        assert (await browser.get("/heavy")).status == 200
        entry = await AuditEntry.get(action="session.stepped_up")
        assert entry.detail == {"proof": "password"}


async def test_a_form_comes_back_with_all_that_was_typed_and_goes_on_after_the_proof(browser):
    typed = {"note": "含“引号”与 <标签>\n第二行", "seen_hash": "abc", "line": "7"}
    with clock.frozen(clock.now() + LATER):
        asked = await browser.post("/heavy?tab=2", typed)
        assert asked.status == 401
        assert 'action="/heavy?tab=2"' in asked.text
        wrong = await browser.post("/heavy", {**_hidden(asked.text), "step_up_proof": "wrong"})
        assert wrong.status == 401
        kept = _hidden(wrong.text)
        assert {name: value.replace("\r\n", "\n") for name, value in kept.items() if name in typed} == typed
        assert "wrong" not in kept.values()
        done = await browser.post("/heavy", {**kept, "step_up_proof": casting.PASSWORD})
    assert done.status == 200
    assert "第二行" in done.text


async def test_with_a_second_factor_its_code_is_asked_and_the_password_is_not_enough(browser, people):
    phone = await phones.set_up(people["reviewer"])
    with clock.frozen(clock.now() + LATER):
        asked = await browser.post("/heavy", {"a": "1"})
        assert "动态码" in asked.text
        assert (await browser.post("/heavy", {"a": "1", "step_up_proof": casting.PASSWORD})).status == 401
        code = phone.code()
        assert (await browser.post("/heavy", {"a": "1", "step_up_proof": code})).status == 200
    with clock.frozen(clock.now() + 2 * LATER + timedelta(seconds=1)):
        await Session.all().update(last_seen_at=clock.now())
        assert (await browser.post("/heavy", {"a": "1", "step_up_proof": code})).status == 401


async def test_a_proof_lasts_ten_minutes_and_not_a_second_longer(browser):
    proved = (await Session.get()).stepped_up_at
    for seconds, status in ((-1, 200), (0, 303)):
        with clock.frozen(proved + sessions.FRESH + timedelta(seconds=seconds)):
            assert (await browser.get("/heavy")).status == status


async def test_htmx_is_sent_to_the_page_that_asks_and_back_to_where_it_was(browser):
    with clock.frozen(clock.now() + LATER):
        headers = {"hx-request": "true", "hx-current-url": "http://127.0.0.1:8600/approvals?x=1"}
        answer = await browser.post("/heavy", {"a": "1"}, headers)
        assert (answer.status, answer.headers["hx-redirect"]) == (401, "/step-up?next=%2Fapprovals%3Fx%3D1")


async def test_a_file_is_not_sent_back_but_that_is_said(browser):
    with clock.frozen(clock.now() + LATER):
        answer = await browser.upload("/heavy", {"a": "1"}, "file", "list.csv", b"1,2")
    assert answer.status == 401
    assert "重新选择文件" in answer.text


async def test_the_proof_opens_nothing_without_the_forms_token(browser):
    with clock.frozen(clock.now() + LATER):
        answer = await browser.post("/heavy", {"step_up_proof": casting.PASSWORD}, token=False)
        assert answer.status == 403
        assert (await browser.post("/step-up", {"step_up_proof": casting.PASSWORD}, token=False)).status == 403
    assert await AuditEntry.filter(action="session.stepped_up").count() == 0


@pytest.mark.parametrize("going_to", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
async def test_the_page_leads_to_no_other_host(browser, going_to):
    with clock.frozen(clock.now() + LATER):
        assert "evil" not in (await browser.get(f"/step-up?next={going_to}")).text
        answer = await browser.post("/step-up", {"next": going_to, "step_up_proof": casting.PASSWORD})
        assert answer.headers["location"] == "/"


async def test_wrong_proofs_are_slowed(browser):
    with clock.frozen(clock.now() + LATER):
        for _ in range(5):
            await browser.post("/step-up", {"step_up_proof": "wrong"})
        assert (await browser.post("/step-up", {"step_up_proof": casting.PASSWORD})).status == 401
    with clock.frozen(clock.now() + LATER + timedelta(seconds=20)):
        assert (await browser.post("/step-up", {"step_up_proof": casting.PASSWORD})).status == 303


def test_every_door_that_weighs_heavily_asks():
    asking = {route.name for route in routes.routes() if getattr(getattr(route, "endpoint", None), "step_up", False)}
    heavy = {
        "approval_decision", "campaign_release", "stop_release", "export_ask", "export_fetch", "account_delegate",
        "account_codes", "account_second_factor_confirmed", "account_second_factor_removal", "keys_rotate",
        "keys_destroy", "person_hire", "person_role", "person_departure", "person_invitation", "person_second_factor",
        "person_delegation", "unit_parent", "unit_closing",
    }  # fmt: skip
    assert heavy - asking == set()
