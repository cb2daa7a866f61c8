"""Limits that a person never meets and a script does; losing Redis changes nothing that anybody sees."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kernel import cache, settings
from processes import web as process
from tests.browsing import Browser
from web import buckets, doors, rate_table, rates, routes, shell
from web.buckets import Bucket

RATE = rate_table.STRICT["sign_in"].of_address


@pytest.fixture(autouse=True)
def _full_buckets():
    buckets.forget()
    yield
    buckets.forget()


async def _nothing(request: Request) -> Response:
    return PlainTextResponse("ok")


def _app() -> Starlette:
    pages = [
        doors.open_page("/login", _nothing, "sign_in", methods="POST"),
        doors.open_page("/page", _nothing, "page"),
        doors.open_page("/p/invitations/{token}", _nothing, "client_reply", methods="POST"),
        doors.open_page("/static/{path}", _nothing, "static"),
    ]
    return Starlette(routes=pages, middleware=shell.middleware(), exception_handlers=shell.exception_handlers())


@pytest.fixture
def redis_is_away(monkeypatch):
    monkeypatch.setattr(cache, "_clients", {})
    monkeypatch.setenv("HUILIU_REDIS_URL", "redis://127.0.0.1:9/0")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


async def _statuses(path: str, times: int, method: str = "POST") -> list[int]:
    browser = Browser(_app())
    ask = browser.post if method == "POST" else browser.get
    return [(await ask(path)).status for _ in range(times)]


async def test_signing_in_again_and_again_is_told_when_to_come_back(db):
    statuses = await _statuses("/login", RATE.burst + 1)
    assert statuses == [200] * RATE.burst + [429]
    answer = await Browser(_app()).post("/login")
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60 // RATE.per_minute + 1
    assert "操作太频繁" in answer.text
    assert answer.headers["x-request-id"] in answer.text


async def test_without_redis_the_same_limit_holds_in_this_process_and_costs_nobody_time(db, redis_is_away):
    assert await _statuses("/login", RATE.burst + 1) == [200] * RATE.burst + [429]


async def test_what_one_door_used_up_leaves_the_others_open(db):
    await _statuses("/login", RATE.burst + 1)
    assert await _statuses("/page", 3, "GET") == [200] * 3


async def test_one_link_can_be_tapped_so_often_and_another_is_not_touched(db):
    burst = rate_table.LINKS.burst
    assert (await _statuses("/p/invitations/a", burst + 1))[-1] == 429
    assert await _statuses("/p/invitations/b", 1) == [200]


async def test_static_files_callbacks_and_health_are_never_limited(db):
    times = rate_table.STRANGER.burst + 5
    assert set(await _statuses("/static/a.css", times, "GET")) == {200}
    assert {"/static/", "/callbacks/", "/health/"} == set(rate_table.SPARED)


async def test_a_factor_of_the_settings_widens_limits_and_zero_lifts_them(db, monkeypatch):
    monkeypatch.setenv("HUILIU_RATE_FACTOR", "0")
    settings.forget()
    assert set(await _statuses("/login", RATE.burst + 5)) == {200}
    scope = {"type": "http", "path": "/page", "method": "GET", "headers": [], "client": ("203.0.113.7", 1)}
    assert rates.wanted(scope, 3)[0].burst == 3 * rate_table.STRANGER.burst
    monkeypatch.undo()
    settings.forget()


async def test_redis_holds_no_address_and_no_link(db):
    await _statuses("/login", 1)
    await _statuses("/p/invitations/very-secret", 1)
    keys = await cache.redis_client().keys("*")
    assert len(keys) >= 3
    for key in keys:
        kept = f"{key} {await cache.redis_client().get(key)}"
        assert "127.0.0.1" not in kept
        assert "secret" not in kept


async def test_a_bucket_fills_again_with_time():
    local = buckets.Local()
    bucket = Bucket("k", burst=2, per_minute=60)
    assert [local.take([bucket], at) for at in (0, 0)] == [0, 0]
    assert local.take([bucket], 0) == 1000
    assert local.take([bucket], 1000) == 0
    assert local.take([bucket], 1500) == 500


async def test_nothing_is_taken_from_any_bucket_when_one_is_empty(db):
    small, large = Bucket("rate:s", 1, 60), Bucket("rate:l", 2, 60)
    assert await buckets.take([small, large]) == 0
    assert await buckets.take([small, large]) > 0
    assert await buckets.take([large]) == 0


def test_every_limited_route_exists_and_every_guessable_one_is_limited():
    names = {route.name for route in routes.routes()}
    assert set(rate_table.STRICT) - names == set()
    assert {"sign_in", "client_reveal", "client_search"} <= set(rate_table.STRICT)
    # a second door to the same search must not be wider
    assert {name for name in names if name and name.endswith("_search")} <= set(rate_table.STRICT)
    for kind in rate_table.KINDS:
        assert kind.of_account.burst <= kind.of_address.burst


def test_callbacks_are_answered_in_front_of_the_limits():
    assert isinstance(process.build(), process.intake.Intake)
