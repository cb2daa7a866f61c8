"""What every answer carries, and what an error page tells."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from kernel import settings
from kernel.errors import Later, Refused
from tests.browsing import Browser
from web import doors, headers, shell
from web.rendering import environment
from wechat.faults import Never, NotSent


async def _breaks(request: Request) -> Response:
    raise RuntimeError("the cause with 13812345678")


async def _refuses(request: Request) -> Response:
    raise Refused("名额已满 <b>", code="event.full")


async def _is_busy(request: Request) -> Response:
    raise Later(3, "busy")


async def _is_refused_by_wechat(request: Request) -> Response:
    raise Never(side="wecom", api="/cgi-bin/living", reason="gone", message="直播不存在")


async def _is_held_up_by_wechat(request: Request) -> Response:
    raise NotSent(side="wecom", api="/cgi-bin/living", reason="not_connected", after=5)


def _app() -> Starlette:
    routes = [
        doors.open_page("/never", _is_refused_by_wechat, "never"),
        doors.open_page("/not-sent", _is_held_up_by_wechat, "not_sent"),
        doors.open_page("/breaks", _breaks, "breaks"),
        doors.open_page("/refuses", _refuses, "refuses"),
        doors.open_page("/api/refuses", _refuses, "api_refuses"),
        doors.open_page("/busy", _is_busy, "busy"),
    ]
    return Starlette(routes=routes, middleware=shell.middleware(), exception_handlers=shell.exception_handlers())


async def test_every_answer_forbids_foreign_code_frames_and_keeping(web_app, people):
    for path in ("/login", "/nowhere"):
        answer = await Browser(web_app).get(path)
        assert answer.headers["content-security-policy"] == headers.CONTENT_POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_a_bug_shows_its_request_id_and_nothing_of_its_cause(db, caplog):
    with caplog.at_level(logging.CRITICAL):
        answer = await Browser(_app()).get("/breaks")
    assert answer.status == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "RuntimeError" not in answer.text
    assert "138" not in answer.text
    assert answer.headers["content-security-policy"] == headers.CONTENT_POLICY


async def test_a_refusal_is_told_as_page_as_part_and_as_json(db):
    page = await Browser(_app()).get("/refuses")
    assert page.status == 422
    assert "名额已满 &lt;b&gt;" in page.text
    assert "<html" in page.text
    part = await Browser(_app()).get("/refuses", {"hx-request": "true"})
    assert "<html" not in part.text
    assert "名额已满" in part.text
    program = await Browser(_app()).get("/api/refuses")
    assert '"code":"event.full"' in program.text


async def test_a_busy_system_says_when_to_come_back(db):
    answer = await Browser(_app()).get("/busy")
    assert (answer.status, answer.headers["retry-after"]) == (503, "3")


async def test_a_request_id_from_the_front_server_is_kept_when_it_is_well_formed(db):
    browser = Browser(_app())
    assert (await browser.get("/refuses", {"x-request-id": "abcdef-123456"})).headers["x-request-id"] == "abcdef-123456"
    assert (await browser.get("/refuses", {"x-request-id": "<script>"})).headers["x-request-id"] != "<script>"


def test_no_template_has_a_style_attribute_or_an_inline_script():
    made = environment()
    for name in made.list_templates(extensions=["html"]):
        source = made.loader.get_source(made, name)[0]
        source = source.replace('style="" attributes', "")
        assert ' style="' not in source, name
        assert " onclick=" not in source, name
        assert "<script>" not in source, name
        made.get_template(name)


async def test_a_body_larger_than_a_form_is_refused(web_app, people):
    browser = Browser(web_app)
    answer = await browser.post("/login", {"login": "marketing", "password": "x" * 2_000_000})
    assert answer.status == 413
    assert "太大" in answer.text


async def test_over_tls_browsers_are_told_to_stay_there(web_app, people, monkeypatch):
    assert "strict-transport-security" not in (await Browser(web_app).get("/login")).headers
    monkeypatch.setenv("HUILIU_PUBLIC_URL", "https://console.bank.example")
    settings.forget()
    assert "strict-transport-security" in (await Browser(web_app).get("/login")).headers


async def test_what_wechat_refuses_is_told_in_words_and_not_as_our_bug(db):
    answer = await Browser(_app()).get("/never")
    assert answer.status == 502
    assert "直播不存在" in answer.text
    answer = await Browser(_app()).get("/not-sent")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
