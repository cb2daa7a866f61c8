"""Every route of the live list, for every role and reach, on what is one's own and what is another's: nothing is wrong.

A route without an entry in matrix_entries fails by name, so that a new page can't be forgotten. Each change is tried
inside a transaction that is taken back, so that every actor finds the same bank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.routing import Route

from kernel import database, settings
from staff.models import ROLES, Staff
from tests.browsing import Answer, Browser
from tests.web import matrix_things, matrix_world
from tests.web.matrix_entries import ENTRIES, LETTERS, OPEN, Entry
from tests.web.matrix_world import NOTHING, REACHES, World
from web import headers, notices, routes

ROUTES = {route.name: route for route in routes.routes() if isinstance(route, Route)}
LEAST = 5000
counted: Counter[str] = Counter()
succeeded: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUILIU_RATE_FACTOR", "0")
        patch.setenv("HUILIU_DATA_DIR", str(tmp_path_factory.mktemp("matrix")))
        settings.forget()
        yield
    settings.forget()


@pytest.fixture(scope="module")
async def world(_schema: None, _settings: None) -> AsyncIterator[World]:
    yield await matrix_world.build(matrix_things.EVERY)


class _TakenBack(Exception):
    """Ends a transaction without a trace."""


async def _ask(browser: Browser, route: Route, path: str, entry: Entry) -> tuple[Answer, int]:
    """The answer, and how many entries the audit gained; a change is taken back."""
    if "GET" in (route.methods or set()):
        return await browser.get(path), 0
    answer, gained, kept = None, 0, dict(browser.cookies)
    try:
        async with database.transaction():
            before = await database.fetch_value("SELECT count(*) FROM audit_entry")
            answer = await browser.post(path, entry.form)
            if answer.status < 400:
                gained = await database.fetch_value("SELECT count(*) FROM audit_entry") - before
            raise _TakenBack
    except _TakenBack:
        assert answer is not None
        browser.cookies = kept
        return answer, gained


def _address(route: Route, entry: Entry, key: Any) -> str:
    given = (key if isinstance(key, dict) else {entry.place: key}) | dict(entry.path)
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(given.get(found[1], 1)), route.path)
    return f"{path}?{entry.query}" if entry.query else path


def _verdict(answer: Answer) -> str:
    if any(line.startswith("huiliu=") and "Max-Age=0" in line for line in answer.cookies):
        return "let in"  # signing out leads to the same page as not being signed in
    if answer.status == 303 and answer.headers.get("location", "").startswith("/login"):
        return "sign in"
    if answer.status == 503 and "retry-after" in answer.headers:
        return "let in"  # as far as WeChat, which is not there in this test
    if answer.status >= 500:
        return "broken"
    if answer.status == 401 and "hx-redirect" not in answer.headers:
        return "let in"  # a wrong proof of a person who is signed in
    return {401: "sign in", 403: "forbidden", 404: "not found", 429: "limited"}.get(answer.status, "let in")


def _may(entry: Entry, role: str) -> bool:
    return role in {LETTERS[letter] for letter in entry.may}


async def _check_thing(world: World, route: Route, entry: Entry, actor: Staff, browser: Browser) -> Iterator[str]:
    wrong = []
    kind = entry.kind_of(actor.role)
    own, other = world.own(kind, actor), world.other(kind, actor)
    for whose, key in (("own", own), ("other", other)):
        if key is None:
            continue
        counted["things"] += 1
        answer, gained = await _ask(browser, route, _address(route, entry, key), entry)
        expected = (entry.own if whose == "own" else entry.other) if _may(entry, actor.role) else "forbidden"
        found = _verdict(answer)
        # who may not open it may be told either
        is_denied = not _may(entry, actor.role) and found == "not found"
        if found != expected and not is_denied:
            wrong.append(f"{actor.login} {whose} {key}: {found} ({answer.status}) instead of {expected}")
        wrong += _undressed(answer, actor)
        if whose == "own" and found == "let in":
            wrong += _unaudited(route, entry, answer, gained, actor)
    return iter(wrong)


async def _check_page(world: World, route: Route, entry: Entry, actor: Staff, browser: Browser) -> Iterator[str]:
    answer, gained = await _ask(browser, route, _address(route, entry, 1), entry)
    expected, found = "let in" if _may(entry, actor.role) else "forbidden", _verdict(answer)
    wrong = [] if found == expected else [f"{actor.login}: {found} ({answer.status}) instead of {expected}"]
    counted["pages"] += 1
    if found == "let in":
        wrong += _unaudited(route, entry, answer, gained, actor)
        for kind, address in entry.shows_to(actor.role).items():
            own, other = world.own(kind, actor), world.other(kind, actor)
            counted["lists"] += 2
            if own is not None and not _holds(answer, address, own):
                wrong.append(f"{actor.login}: own {kind} {own} is missing")
            if _holds(answer, address, other):
                wrong.append(f"{actor.login}: shows {kind} {other} of others")
    return iter(wrong + _undressed(answer, actor))


def _holds(answer: Answer, address: str, key: Any) -> bool:
    return re.search(rf"{re.escape(address.format(key))}(?![0-9])", answer.text) is not None


def _undressed(answer: Answer, actor: Staff) -> list[str]:
    missing = [name for name in headers.STANDING if name.lower() not in answer.headers]
    if answer.headers.get("cache-control") != "no-store":
        missing.append("no-store")
    return [f"{actor.login}: without {name}" for name in missing]


def _unaudited(route: Route, entry: Entry, answer: Answer, gained: int, actor: Staff) -> list[str]:
    if "GET" in (route.methods or set()) or answer.status >= 400 or entry.unaudited or _is_told_no(answer):
        return []
    succeeded[str(route.name)] += 1
    return [] if gained else [f"{actor.login}: changed something and left no trace"]


def _is_told_no(answer: Answer) -> bool:
    """Whether the page that follows says that nothing was changed."""
    left = next((line for line in answer.cookies if line.startswith(f"{notices.COOKIE}=")), "")
    request = Request({"type": "http", "headers": [(b"cookie", left.split(";")[0].encode())]})
    found = notices.read(request)
    return found is not None and found.tone == "bad"


def test_every_route_has_an_entry_and_every_entry_a_route():
    forgotten = sorted(set(ROUTES) - set(ENTRIES))
    assert not forgotten, f"say who may open these routes in tests/web/matrix_entries.py: {forgotten}"
    assert sorted(set(ENTRIES) - set(ROUTES)) == []


def test_a_route_is_open_to_strangers_exactly_when_it_is_said_to_be():
    is_open = {name for name, route in ROUTES.items() if not hasattr(route.endpoint, "may")}
    assert is_open == {name for name, entry in ENTRIES.items() if entry.may == OPEN}


@pytest.mark.parametrize("name", [name for name in ROUTES if ENTRIES.get(name) and ENTRIES[name].may != OPEN])
async def test_who_may_and_on_what(world: World, name: str):
    route, entry = ROUTES[name], ENTRIES[name].filled(team=world.units["team"].id)
    wrong: list[str] = []
    for key in (1, NOTHING):
        counted["strangers"] += 1
        answer = (await _ask(Browser(world.app), route, _address(route, entry, key), entry))[0]
        if _verdict(answer) != "sign in":
            wrong.append(f"nobody: {answer.status}")
    for actor_key in ((role, reach) for role in ROLES for reach in REACHES):
        check = _check_thing if entry.kind else _check_page
        wrong += await check(world, route, entry, world.actors[actor_key], world.browsers[actor_key])
    assert wrong == [], f"{len(wrong)} wrong:\n" + "\n".join(wrong[:40])


async def test_searching_finds_the_own_client_and_never_anothers(world: World):
    wrong = []
    for (role, reach), browser in world.browsers.items():
        if not _may(ENTRIES["client_search"], role):
            continue
        actor = world.actors[role, reach]
        for whose, number in (("own", world.own("client", actor)), ("other", world.other("client", actor))):
            counted["searches"] += 1
            led = await browser.post("/clients/search", {"q": matrix_world.phone_of(number)})
            answer = await browser.get(led.headers["location"])
            if _holds(answer, "/clients/{}", number) != (whose == "own"):
                wrong.append(f"{role} {reach} {whose}")
    assert wrong == []


def test_the_matrix_is_as_large_as_promised():
    print(f"{counted.total()} cases: {dict(counted)}")
    assert sum(counted.values()) == 0 or counted.total() >= LEAST, counted
