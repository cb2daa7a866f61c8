"""Who is refused leaves a trace: at forbidden doors, and at things that exist but not for them; floods are counted."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from kernel import cache, database
from staff.models import AuditEntry, Branch, Staff
from tests.web.console import bank
from web import denials, routes


async def test_a_forbidden_door_is_written_down(signed_in, people):
    browser = await signed_in("marketing")
    assert (await browser.get("/audit")).status == 403
    entry = await AuditEntry.get(action="access.denied")
    assert entry.staff_id == people["marketing"].id
    assert (entry.detail["door"], entry.detail["method"], entry.detail["why"]) == ("audit", "GET", "forbidden")
    assert len(entry.request_id) == 16


async def test_a_refusal_told_on_the_page_itself_is_written_down_too(signed_in, people):
    browser = await signed_in("administrator")
    own = people["administrator"].id
    given = {"role": "administrator", "reach": "bank", "committee": "1"}
    assert (await browser.post(f"/settings/people/{own}/role", given)).status == 403
    entry = await AuditEntry.get(action="access.denied")
    assert (entry.subject, entry.subject_id, entry.detail["door"]) == ("staff", own, "person_role")


async def test_somebody_elses_client_is_written_down_and_a_mistyped_number_is_not(signed_in, people):
    (number,) = await bank.make_clients(people, 1)
    other = await Branch.create(code="GZ01", name="广州分行")
    await database.execute("UPDATE client SET owner_id = NULL, branch_id = $1", other.id)
    browser = await signed_in("director")
    there = await browser.get(f"/clients/{number}")
    nowhere = await browser.get("/clients/999999")
    assert (there.status, nowhere.status) == (404, 404)
    entry = await AuditEntry.get(action="access.denied")
    assert (entry.subject, entry.subject_id, entry.detail["door"]) == ("client", number, "client")
    strip = lambda text: text.split('class="rid"')[0]  # noqa: E731
    assert strip(there.text) == strip(nowhere.text)


async def test_a_flood_is_counted_and_not_written_line_by_line(signed_in, people, monkeypatch):
    await cache.redis_client().flushall()
    browser = await signed_in("marketing")
    for _ in range(85):
        assert (await browser.get("/audit", {"x-forwarded-for": "127.0.0.1"})).status in (403, 429)
    entries = await AuditEntry.filter(action="access.denied").order_by("id")
    told = [entry.detail.get("times") for entry in entries]
    assert told[:10] == [None] * 10
    assert set(told[10:]) <= {20, 40, 80}
    assert len(entries) <= 13


async def test_a_strangers_form_is_written_down_and_nobody_signed_in_is_not(signed_in, web_app, people):
    from tests.browsing import Browser

    await Browser(web_app).get("/audit")
    assert await AuditEntry.filter(action="access.denied").count() == 0
    browser = await signed_in("director")
    assert (await browser.post("/exports", {}, {"sec-fetch-site": "cross-site"})).status == 403
    entry = await AuditEntry.get(action="access.denied")
    assert entry.detail["why"] == "form.stranger"


@pytest.mark.parametrize(
    "path",
    sorted(
        {
            route.path
            for route in routes.routes()
            if isinstance(route, Route) and hasattr(route.endpoint, "may") and "{id:int}" in route.path
        }
    ),
)
def test_every_page_about_one_thing_says_what_thing(path):
    assert denials.thing_of(path) is not None, path


async def test_every_thing_has_its_table(db: None):
    for _subject, table in denials.THINGS.values():
        await database.fetch(f"SELECT id FROM {table} LIMIT 1")
    assert await Staff.all().count() == 0
