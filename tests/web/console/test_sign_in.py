"""The way in: password, then code; set-up first where it is required; and no session before all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kernel import clock, settings
from staff.access import pauses, recovery, second_factor
from staff.models import AuditEntry, Session, Staff
from tests import casting, phones
from tests.browsing import Browser

LATER = timedelta(seconds=2 * second_factor.SECONDS_A_STEP)


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A bank where everybody must have a second factor."""
    monkeypatch.setenv("HUILIU_SECOND_FACTOR", "required")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


@pytest.fixture
async def phone(people: dict[str, Staff]) -> phones.Phone:
    return await phones.set_up(people["marketing"])


async def _password(browser: Browser, form: dict[str, str] | None = None):
    return await browser.post("/login", {"login": "marketing", "password": casting.PASSWORD, **(form or {})})


async def test_after_the_password_comes_the_code_and_only_then_a_session(web_app, phone):
    browser = Browser(web_app)
    answer = await _password(browser, {"next": "/calendar?month=2026-11"})
    assert (answer.status, answer.headers["location"]) == (303, "/login/code")
    assert await Session.all().count() == 0
    assert (await browser.get("/")).headers["location"] == "/login"
    assert "6 位数字" in (await browser.get("/login/code")).text
    with clock.frozen(clock.now() + LATER):
        wrong = await browser.post("/login/code", {"code": "000000"})
        assert (wrong.status, await Session.all().count()) == (401, 0)
        right = await browser.post("/login/code", {"code": phone.code()})
        assert (right.status, right.headers["location"]) == (303, "/calendar?month=2026-11")
        assert (await browser.get("/account")).status == 200
    made = await Session.get()
    assert made.has_second_factor
    actions = await AuditEntry.all().values_list("action", flat=True)
    assert {"second_factor.wrong_code", "sign_in.succeeded"} <= set(actions)


async def test_a_recovery_code_opens_once(web_app, phone, people):
    codes = await recovery.renew(people["marketing"])
    for status in (303, 401):
        browser = Browser(web_app)
        await _password(browser)
        assert (await browser.post("/login/code", {"code": codes[0].lower()})).status == status


async def test_one_code_lets_one_browser_in_however_many_send_it_at_once(web_app, phone):
    browsers = [Browser(web_app) for _ in range(8)]
    for browser in browsers:
        await _password(browser)
    with clock.frozen(clock.now() + LATER):
        code = phone.code()
        told = await asyncio.gather(*(browser.post("/login/code", {"code": code}) for browser in browsers))
    assert sorted(answer.status for answer in told) == [303, *[401] * 7]
    assert await Session.all().count() == 1


async def test_guessing_codes_is_slowed_even_when_the_password_is_known_and_given_again(web_app, phone):
    browser = Browser(web_app)
    now = clock.now() + LATER
    for _ in range(pauses.CODES.free):
        with clock.frozen(now):
            await _password(browser)
            await browser.post("/login/code", {"code": "000000"})
    with clock.frozen(now):
        await _password(browser)
        assert (await browser.post("/login/code", {"code": phone.code()})).status == 401
    with clock.frozen(now + timedelta(seconds=30)):
        assert (await browser.post("/login/code", {"code": phone.code()})).status == 303


async def test_the_note_between_is_short_lived_forged_and_replayed_ones_are_nothing(web_app, phone, people):
    browser = Browser(web_app)
    await _password(browser)
    note = browser.cookies["huiliu_entry"]
    with clock.frozen(clock.now() + LATER):
        for forged in (note[:-3] + "abc", "", "x.y.z"):
            browser.cookies["huiliu_entry"] = forged
            answer = await browser.post("/login/code", {"code": phone.code()})
            assert answer.status == 401
            assert "重新登录" in answer.text
        browser.cookies["huiliu_entry"] = note
        with clock.frozen(clock.now() + timedelta(minutes=5)):
            assert (await browser.post("/login/code", {"code": phone.code()})).status == 401
        assert (await browser.post("/login/code", {"code": phone.code()})).status == 303
    with clock.frozen(clock.now() + 3 * LATER):
        browser.cookies = {"huiliu_entry": note}
        assert (await browser.post("/login/code", {"code": phone.code()})).status == 401
    await _password(browser)
    await Staff.filter(login="marketing").update(password_hash=await casting.other_hash())
    assert (await browser.get("/login/code")).status == 401


async def test_where_it_is_required_nothing_opens_before_the_second_factor_is_set_up(web_app, people, required):
    browser = Browser(web_app)
    answer = await _password(browser, {"next": "/calendar"})
    assert answer.headers["location"] == "/login/second-factor"
    assert await Session.all().count() == 0
    for path in ("/", "/account", "/account/second-factor"):
        assert (await browser.get(path)).status == 303
    page = (await browser.get("/login/second-factor")).text
    phone, draft = phones.scan(page)
    wrong = await browser.post("/login/second-factor", {"draft": draft, "code": "000000"})
    assert wrong.status == 422
    assert draft in wrong.text
    right = await browser.post("/login/second-factor", {"draft": draft, "code": phone.code()})
    assert right.status == 200
    assert right.text.count("<li><code>") == recovery.HOW_MANY
    assert 'href="/calendar"' in right.text
    assert (await browser.get("/account")).status == 200
    assert (await browser.post("/login/second-factor", {"draft": draft, "code": phone.code()})).status == 401


async def test_a_one_time_link_sets_the_password_then_the_second_factor(web_app, people, required):
    from staff.access import invitations

    path = (await invitations.invite(people["marketing"], "invite", people["administrator"])).partition("8600")[2]
    for _ in range(3):
        page = await Browser(web_app).get(path)
        assert page.status == 200
        assert "marketing" in page.text
    browser = Browser(web_app)
    new = {"password": "sieben graue Kraniche 77", "repeated": "sieben graue Kraniche 77"}
    assert (await browser.post(path, {**new, "repeated": "another"})).status == 422
    assert (await browser.post(path, {"password": "marketing123", "repeated": "marketing123"})).status == 422
    told = await asyncio.gather(*(Browser(web_app).post(path, new) for _ in range(20)), browser.post(path, new))
    assert sorted(answer.status for answer in told) == [303, *[410] * 20]
    assert {a.headers["location"] for a in told if a.status == 303} == {"/login/second-factor"}
    assert "链接" in (await Browser(web_app).get(path)).text


async def test_a_token_planted_before_sign_in_is_not_the_session_afterwards(web_app, people):
    browser = Browser(web_app)
    browser.cookies["huiliu"] = "planted-by-somebody-else"
    await _password(browser)
    assert browser.cookies["huiliu"] != "planted-by-somebody-else"
    thief = Browser(web_app)
    thief.cookies["huiliu"] = "planted-by-somebody-else"
    assert (await thief.get("/account")).status == 303


@pytest.mark.parametrize("going_to", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:x"])
async def test_no_way_in_leads_to_another_host(web_app, phone, going_to):
    browser = Browser(web_app)
    await _password(browser, {"next": going_to})
    with clock.frozen(clock.now() + LATER):
        answer = await browser.post("/login/code", {"code": phone.code()})
    assert answer.headers["location"] == "/"


async def test_a_guessing_address_waits_whichever_login_it_tries_others_do_not(web_app, people):
    from staff import sign_in

    for number in range(pauses.ADDRESS.free):
        with pytest.raises(sign_in.WrongSignIn):
            await sign_in.check(f"nobody{number}", "x", "203.0.113.9")
    with pytest.raises(sign_in.WrongSignIn):
        await sign_in.check("marketing", casting.PASSWORD, "203.0.113.9")
    assert await sign_in.check("marketing", casting.PASSWORD, "203.0.113.10")
    with clock.frozen(clock.now() + pauses.ADDRESS.longest):
        assert await sign_in.check("marketing", casting.PASSWORD, "203.0.113.9")
