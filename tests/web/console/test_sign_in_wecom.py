"""Signing in through WeCom: the sandbox's page is clicked, the answer counts in this browser only, and once."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from kernel import clock, settings
from staff.models import AuditEntry, Session, Staff
from tests import phones
from tests.browsing import Browser
from wechat.sandbox.client import Sandbox

INSIDE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) wxwork/4.1.30 MicroMessenger/7.0.1"}


@pytest.fixture
async def corp(sandbox: Sandbox, people: dict[str, Staff]) -> Sandbox:
    """The corp has the marketing person and one whom the product does not know."""
    for userid in ("marketing", "stranger"):
        await sandbox.act("member.join", userid=userid, name=userid)
    return sandbox


async def _ask_wecom(address: str, who: str) -> str:
    """Click on `who` on WeCom's page; the path that the browser is sent back to."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    page = parts._replace(query=urlencode({**query, "as": who}), fragment="").geturl()
    async with aiohttp.ClientSession() as session, session.get(page, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


async def _leave(browser: Browser, path: str = "/login/wecom", headers: dict[str, str] | None = None) -> str:
    answer = await browser.get(path, headers)
    assert answer.status == 303
    return answer.headers["location"]


async def test_a_member_scans_and_is_in(web_app, corp):
    browser = Browser(web_app)
    address = await _leave(browser, "/login/wecom?next=/calendar")
    assert "/wwlogin/sso/login?" in address
    back = await _ask_wecom(address, "marketing")
    answer = await browser.get(back)
    assert (answer.status, answer.headers["location"]) == (303, "/calendar")
    assert (await browser.get("/account")).status == 200
    assert (await Session.get()).how == "wecom"
    assert (await AuditEntry.get(action="sign_in.succeeded")).detail["how"] == "wecom"


async def test_inside_wecom_no_code_is_scanned(web_app, corp):
    browser = Browser(web_app)
    address = await _leave(browser, headers=INSIDE)
    assert "/connect/oauth2/authorize?" in address
    assert (await browser.get(await _ask_wecom(address, "marketing"), INSIDE)).status == 303
    assert (await Session.get()).browser == "企业微信 · Android"


async def test_the_second_factor_is_asked_all_the_same(web_app, corp, people):
    await phones.set_up(people["marketing"])
    browser = Browser(web_app)
    answer = await browser.get(await _ask_wecom(await _leave(browser), "marketing"))
    assert answer.headers["location"] == "/login/code"
    assert await Session.all().count() == 0


async def test_where_it_is_required_it_is_set_up_first(web_app, corp, monkeypatch):
    monkeypatch.setenv("HUILIU_SECOND_FACTOR", "required")
    settings.forget()
    browser = Browser(web_app)
    answer = await browser.get(await _ask_wecom(await _leave(browser), "marketing"))
    assert answer.headers["location"] == "/login/second-factor"
    assert await Session.all().count() == 0


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(web_app, corp):
    browser, victim = Browser(web_app), Browser(web_app)
    back = await _ask_wecom(await _leave(browser), "marketing")
    await _leave(victim)
    assert (await victim.get(back)).status == 401
    assert (await Browser(web_app).get(back)).status == 401
    kept = dict(browser.cookies)
    assert (await browser.get(back)).status == 303
    again = Browser(web_app)
    again.cookies = kept
    assert (await again.get(back)).status == 401
    assert await Session.all().count() == 1


@pytest.mark.parametrize("state", ["", "guessed", "é"])
async def test_a_forged_state_is_refused_before_wecom_is_asked(web_app, corp, state):
    browser = Browser(web_app)
    back = await _ask_wecom(await _leave(browser), "marketing")
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert (await browser.get("/login/wecom/back?" + urlencode({"code": code, "state": state}))).status == 401
    calls = await corp.requests(path="/wx/cgi-bin/auth/getuserinfo")
    assert calls == []


async def test_an_old_state_a_used_code_and_an_invented_one_are_told_alike(web_app, corp):
    browser = Browser(web_app)
    back = await _ask_wecom(await _leave(browser), "marketing")
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert (await browser.get(back)).status == 401
    used = parse_qs(urlsplit(back).query)["code"][0]
    for code in (used, used, "invented"):
        state = parse_qs(urlsplit(await _leave(browser)).query)["state"][0]
        answer = await browser.get("/login/wecom/back?" + urlencode({"code": code, "state": state}))
    assert answer.status == 401
    assert "重新扫码" in answer.text


async def test_an_unknown_member_and_one_who_left_get_a_clear_page(web_app, corp, people):
    await Staff.filter(login="marketing").update(is_active=False)
    for who in ("stranger", "marketing"):
        browser = Browser(web_app)
        answer = await browser.get(await _ask_wecom(await _leave(browser), who))
        assert answer.status == 401
        assert "没有对应的在职成员" in answer.text
    assert await Session.all().count() == 0


async def test_no_way_leads_to_another_host(web_app, corp):
    browser = Browser(web_app)
    address = await _leave(browser, "/login/wecom?next=//evil.example/")
    assert (await browser.get(await _ask_wecom(address, "marketing"))).headers["location"] == "/"


async def test_without_an_app_there_is_no_button_and_no_door(web_app, people, monkeypatch):
    assert "企业微信登录" in (await Browser(web_app).get("/login")).text
    monkeypatch.setenv("HUILIU_WECOM_SECRET", "")
    settings.forget()
    page = await Browser(web_app).get("/login")
    assert "/login/wecom" not in page.text
    assert (await Browser(web_app).get("/login/wecom")).status == 401
