"""Sessions, and the doors that ask for them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kernel import clock, settings
from staff.access import sessions
from staff.models import Session, Staff
from tests.browsing import Browser
from web import doors, session

PASSWORD = "a long enough pass phrase"


async def test_a_stranger_is_led_to_the_sign_in_page_and_back_to_what_was_wanted(web_app, people):
    answer = await Browser(web_app).get("/?days=28")
    assert (answer.status, answer.headers["location"]) == (303, "/login?next=%2F%3Fdays%3D28")


async def test_htmx_of_a_stranger_is_told_to_load_the_sign_in_page_whole(web_app, people):
    answer = await Browser(web_app).get("/", {"hx-request": "true"})
    assert (answer.status, answer.headers["hx-redirect"]) == (401, "/login")


async def test_the_right_password_opens_a_session_whose_token_is_kept_only_as_a_hash(web_app, people):
    browser = Browser(web_app)
    answer = await browser.sign_in("marketing", PASSWORD)
    token = browser.cookies["huiliu"]
    cookie = next(line for line in answer.cookies if line.startswith("huiliu="))
    assert re.search("httponly", cookie, re.I)
    assert re.search("samesite=lax", cookie, re.I)
    assert (await Session.get()).token_hash != token
    assert len(token) >= 40


async def test_a_wrong_password_and_an_unknown_login_look_the_same(web_app, people):
    wrong = await Browser(web_app).post("/login", {"login": "marketing", "password": "not the pass phrase"})
    unknown = await Browser(web_app).post("/login", {"login": "nobody", "password": "not the pass phrase"})
    assert wrong.status == unknown.status == 401
    assert "用户名或密码不正确" in wrong.text
    assert "用户名或密码不正确" in unknown.text


async def test_signing_in_again_ends_the_session_before(web_app, people):
    browser = Browser(web_app)
    await browser.sign_in("marketing", PASSWORD)
    before = browser.cookies["huiliu"]
    await browser.sign_in("marketing", PASSWORD)
    assert browser.cookies["huiliu"] != before
    assert await Session.all().count() == 1
    assert await sessions.find(before) is None


async def test_a_session_ends_when_idle_and_when_old(web_app, people):
    await Browser(web_app).sign_in("marketing", PASSWORD)
    browser = Browser(web_app)
    await browser.sign_in("director", PASSWORD)
    token = browser.cookies["huiliu"]
    with clock.frozen(clock.now() + timedelta(minutes=19)):
        assert await sessions.find(token) is not None
    with clock.frozen(clock.now() + timedelta(minutes=41)):
        assert await sessions.find(token) is None
    await browser.sign_in("director", PASSWORD)
    await Session.all().update(last_seen_at=clock.now() + timedelta(hours=11))
    with clock.frozen(clock.now() + timedelta(hours=10, minutes=1)):
        assert await sessions.find(browser.cookies["huiliu"]) is None
        assert await sessions.forget_old() == 1


async def test_a_person_who_left_is_out_at_once(signed_in, people):
    browser = await signed_in("marketing")
    await Staff.filter(login="marketing").update(is_active=False)
    assert (await browser.get("/")).status == 303


async def test_signing_out_needs_the_token_of_the_form(signed_in):
    browser = await signed_in("marketing")
    assert (await browser.post("/logout", token=False)).status == 403
    assert (await browser.post("/logout", {"csrf_token": "another"})).status == 403
    assert (await browser.post("/logout")).status == 303
    assert await Session.all().count() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_change_started_by_another_site_is_refused_even_with_the_token(signed_in, headers):
    browser = await signed_in("marketing")
    assert (await browser.post("/logout", headers=headers)).status == 403


async def test_an_old_browser_is_judged_by_its_origin(web_app, people):
    form = {"login": "marketing", "password": PASSWORD}
    plain = {"content-type": "application/x-www-form-urlencoded"}
    body = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in form.items()).encode()
    bad = await Browser(web_app).ask("POST", "/login", plain | {"origin": "https://evil.example"}, body)
    good = await Browser(web_app).ask("POST", "/login", plain | {"origin": "http://127.0.0.1:8600"}, body)
    assert (bad.status, good.status) == (403, 303)


@pytest.mark.parametrize(
    "given", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_after_sign_in_nobody_is_sent_to_another_host(given):
    assert doors.own_path(given) == "/"


def test_the_cookie_is_bound_to_host_and_tls_where_there_is_tls(monkeypatch):
    assert session.cookie_name() == "huiliu"
    monkeypatch.setenv("HUILIU_PUBLIC_URL", "https://console.bank.example")
    settings.forget()
    try:
        assert session.cookie_name() == "__Host-huiliu"
    finally:
        monkeypatch.undo()
        settings.forget()
