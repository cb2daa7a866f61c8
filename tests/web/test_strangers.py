"""Every change, on every route there is, proves that it came from our own page; nothing changes on a safe method."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from kernel import database, settings
from tests import casting
from tests.browsing import Browser
from web import headers, routes

UNSAFE = [route for route in routes.routes() if isinstance(route, Route) and (route.methods or set()) - {"GET", "HEAD"}]


def address(route: Route) -> str:
    """The route's path with something in every place."""
    return re.sub(r"\{[^}]+\}", "1", route.path)


def _is_open(route: Route) -> bool:
    return not hasattr(route.endpoint, "may")


@pytest.fixture
async def administrator(web_app, people, unlimited):
    browser = Browser(web_app)
    await casting.open_session(browser, people["administrator"])
    return browser


@pytest.fixture
def over_tls(monkeypatch):
    monkeypatch.setenv("HUILIU_PUBLIC_URL", "https://console.bank.example")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


async def test_no_other_site_can_start_a_change_on_any_route(administrator):
    assert len(UNSAFE) > 30
    for route in UNSAFE:
        for given in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "", "origin": "https://evil.example"},
            {"sec-fetch-site": "none of ours", "origin": "http://127.0.0.1:8600"},
        ):
            answer = await administrator.post(address(route), headers=given)
            assert answer.status == 403, (route.name, given)


async def test_no_change_of_staff_goes_without_the_sessions_own_token(administrator, web_app, people):
    other = Browser(web_app)
    await casting.open_session(other, people["marketing"])
    for route in UNSAFE:
        if _is_open(route):
            continue
        for token in ("", "x", other.token, administrator.token[:-1], "中文"):
            answer = await administrator.post(address(route), {"csrf_token": token})
            assert answer.status == 403, (route.name, token)


async def test_without_signing_in_nobody_changes_anything(web_app, people, unlimited):
    before = await database.fetch_value("SELECT count(*) FROM audit_entry")
    for route in UNSAFE:
        answer = await Browser(web_app).post(address(route))
        if not _is_open(route):
            assert answer.status == 303, route.name
            assert answer.headers["location"].startswith("/login"), route.name
    assert await database.fetch_value("SELECT count(*) FROM audit_entry WHERE staff_id IS NOT NULL") == before


async def test_signing_out_clears_what_the_browser_kept(web_app, people, over_tls):
    browser = Browser(web_app)
    await casting.open_session(browser, people["administrator"])
    answer = await browser.post("/logout")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert (await browser.get("/")).status == 303


async def test_over_tls_every_cookie_is_bound_to_this_host_and_closed_to_scripts(web_app, people, over_tls):
    browser = Browser(web_app)
    lines = []
    for path, form in (("/login", {"login": "marketing", "password": casting.PASSWORD}), ("/language", {"lang": "en"})):
        answer = await browser.post(path, form)
        lines += answer.cookies
        assert answer.headers["strict-transport-security"] == headers.TLS_ONLY
        assert "includeSubDomains" in headers.TLS_ONLY
    assert len(lines) >= 2
    for line in lines:
        assert line.startswith("__Host-"), line
        assert {"httponly", "secure", "path=/", "samesite=lax"} <= set(line.lower().replace("; ", ";").split(";")), line
        assert "domain=" not in line.lower()


async def test_every_kind_of_answer_is_dressed(administrator, web_app):
    anonymous = Browser(web_app)
    answers = {
        "page": await administrator.get("/"),
        "missing": await administrator.get("/nowhere"),
        "wrong method": await administrator.ask("DELETE", "/", {}),
        "trace": await administrator.ask("TRACE", "/", {}),
        "stranger": await administrator.post("/logout", headers={"sec-fetch-site": "cross-site"}),
        "to sign-in": await anonymous.get("/clients"),
        "static": await anonymous.get("/static/console.css"),
        "no such file": await anonymous.get("/static/nothing.css"),
        "too large": await anonymous.post("/login", {"login": "x" * 2_000_000}),
    }
    for what, answer in answers.items():
        for name, value in headers.STANDING.items():
            assert answer.headers[name.lower()] == value, what
        expected = "no-cache" if what == "static" else "no-store"
        assert answer.headers["cache-control"] == expected, what
        assert answer.status < 500, what
    assert answers["trace"].status == answers["wrong method"].status == 405
