"""Every route of the live list with input that means harm: no bug of ours shows, nothing comes back unescaped.

The short form gives each route a different part of the list in each kind of place; `make prove` gives all to all roles.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import sys
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote, urlencode

import pytest
from starlette.routing import Route

from kernel import database, settings
from staff.models import ROLES
from tests.browsing import Answer, Browser
from tests.web import matrix_things, matrix_world
from tests.web.matrix_entries import ENTRIES, LETTERS, OPEN
from tests.web.matrix_world import World
from web import routes

ROUTES = {route.name: route for route in routes.routes() if isinstance(route, Route)}
MARK = '<img src=x id="h0stile">'
VALUES = [
    "",
    "\x00",
    "a\x00b",
    "‮gnp.exe​",
    MARK,
    f'"><script>alert(1)</script>{MARK}',
    "'; DROP TABLE client; --",
    "1 OR 1=1",
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "{称呼.__class__}",
    "%s%n%(x)s{0}",
    "../../../etc/passwd",
    "\r\nSet-Cookie: x=1",
    "x" * 70_000,
    "9" * 400,
    "-1",
    "9223372036854775808",
    "1e309",
    "NaN",
    "Infinity",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31T23:59",
    "10000-01-01",
    "2026-02-30",
    "١٢٣",
    "=cmd|' /C calc'!A0",
    "[]",
    '{"a": [',
    "\ud83d",
    "𝕏" * 100,
    "null",
    "true",
]
BODIES = [
    ("application/json", b'{"csrf_token": ["x"], "name": {"a": 1}}'),
    ("application/x-www-form-urlencoded", b"%ff%fe=%00&&&=&a=1;b=2&csrf_token=%ed%a0%80"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--"),
    ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    ("", b"\xff" * 2000),
]
STATE = """
SELECT (SELECT count(*) FROM client), (SELECT count(*) FROM campaign), (SELECT count(*) FROM staff),
(SELECT count(*) FROM approval), (SELECT count(*) FROM product), (SELECT count(*) FROM export),
(SELECT count(*) FROM stop)
"""
_turn = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUILIU_RATE_FACTOR", "0")
        patch.setenv("HUILIU_DATA_DIR", str(tmp_path_factory.mktemp("hostile")))
        settings.forget()
        yield
    settings.forget()


@pytest.fixture(scope="module")
async def world(_schema: None, _settings: None) -> AsyncIterator[World]:
    yield await matrix_world.build(matrix_things.EVERY)


class _TakenBack(Exception):
    """Ends a transaction without a trace."""


def _fields(route: Route) -> list[str]:
    """The names that this page's forms have, as far as its module tells."""
    module = sys.modules[getattr(route.endpoint, "page", route.endpoint).__module__]
    names = [
        one.name for form in vars(module).values() if dataclasses.is_dataclass(form) for one in dataclasses.fields(form)
    ]
    return sorted({*names, "next", "q", "page", "order"})[:30]


def _some(count: int) -> list[str]:
    start = next(_turn) * count
    return [VALUES[(start + number) % len(VALUES)] for number in range(count)]


def _path(route: Route, kind: str, hostile: str) -> str:
    def fill(found: re.Match[str]) -> str:
        if ":int" in found[0]:
            return str(matrix_world.NOTHING) if kind != "path" else "9" * 30
        # a slash would be another route
        return quote(hostile.replace("/", "").encode("utf-8", "replace"), safe="") or "x"

    return re.sub(r"\{[^}]+\}", fill, route.path)


async def _try(browser: Browser, route: Route, hostile: list[str]) -> list[tuple[str, Answer]]:
    method = "GET" if "GET" in (route.methods or set()) else "POST"
    names = _fields(route)
    pairs = [(name, hostile[number % len(hostile)]) for number, name in enumerate(names)]
    doubled = [(name, value) for name in names for value in hostile[:3]] + [("page[]", "1"), ("a[b]", "2")]
    told = []
    for kind in ("path", "query", "cookie"):
        query = urlencode(pairs, errors="replace") if kind == "query" else ""
        path = _path(route, kind, hostile[0]) + (f"?{query}" if query else "")
        headers = {"sec-fetch-site": "same-origin", "x-csrf-token": browser.token}
        if kind == "cookie":
            headers |= {
                "x-request-id": hostile[0][:200].encode("ascii", "ignore").decode(),
                "accept-language": "x" * 5000,
                "hx-request": "true",
                "hx-current-url": "http://[",
                "referer": MARK,
                "user-agent": MARK,
            }
        told.append((f"{method} {kind}", await browser.ask(method, path, headers, b"")))
    if method == "POST":
        for given in (pairs, doubled):
            body = urlencode(given, errors="replace").encode()
            headers = {
                "content-type": "application/x-www-form-urlencoded",
                "sec-fetch-site": "same-origin",
                "x-csrf-token": browser.token,
            }
            told.append(("POST form", await browser.ask("POST", _path(route, "form", "x"), headers, body)))
        kind, body = BODIES[next(_turn) % len(BODIES)]
        headers = {"content-type": kind, "sec-fetch-site": "same-origin", "x-csrf-token": browser.token}
        told.append((f"POST {kind[:40]}", await browser.ask("POST", _path(route, "body", "x"), headers, body)))
    return told


def _wrong(what: str, answer: Answer) -> list[str]:
    found = []
    if answer.status >= 500:
        found.append(f"{what}: {answer.status}")
    text = answer.body.decode("utf-8", "replace")
    if MARK in text or "<script>alert" in text or "Traceback (most recent" in text or "root:x:" in text:
        found.append(f"{what}: comes back as it was sent")
    if answer.body and "charset" not in answer.headers.get("content-type", "charset"):
        kind = answer.headers["content-type"]
        if kind.startswith("text/") or "xml" in kind:
            found.append(f"{what}: {kind} without a charset")
    if any("\n" in value or "\r" in value for value in answer.headers.values()):
        found.append(f"{what}: a header was split")
    return found


async def _crawl(world: World, route: Route, browser: Browser, hostile: list[str]) -> list[str]:
    wrong: list[str] = []
    before = await database.fetch(STATE)
    try:
        async with database.transaction():
            answers = await _try(browser, route, hostile)
            for what, answer in answers:
                wrong += _wrong(what, answer)
            if all(answer.status >= 400 for _what, answer in answers) and await database.fetch(STATE) != before:
                wrong.append("refused, and changed something all the same")
            raise _TakenBack
    except _TakenBack:
        return wrong


def _best(world: World, name: str) -> Browser:
    entry = ENTRIES.get(name)
    if entry is None or entry.may == OPEN:
        return Browser(world.app)
    return world.browsers[LETTERS[entry.may[0]], "bank"]


@pytest.mark.parametrize("name", ROUTES)
async def test_no_route_breaks_on_hostile_input(world: World, name: str):
    assert await _crawl(world, ROUTES[name], _best(world, name), _some(7)) == []


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", ROUTES)
async def test_no_route_breaks_on_any_hostile_input_of_any_role(world: World, name: str):
    wrong = []
    for browser in [Browser(world.app), *(world.browsers[role, "bank"] for role in ROLES)]:
        for start in range(0, len(VALUES), 3):
            wrong += await _crawl(world, ROUTES[name], browser, VALUES[start : start + 3])
    assert wrong == []


async def test_callbacks_and_addresses_that_do_not_exist_are_answered_too(world: World):
    browser = Browser(world.app)
    for path in (
        "/nowhere",
        "/%00",
        "/clients/1;x",
        "//evil.example",
        "/..%2f..%2fetc/passwd",
        "/static/%2e%2e/x",
        "/" + "a" * 9000,
    ):
        for method in ("GET", "POST", "PUT", "OPTIONS", "TRACE", "HEAD", "PROPFIND"):
            answer = await browser.ask(method, path, {"sec-fetch-site": "none"}, b"")
            assert 300 <= answer.status < 500, (method, path, answer.status)
