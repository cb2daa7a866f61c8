"""What nobody types by hand but anybody can send: answered in words, never as our own failure."""

from __future__ import annotations

import pytest

from tests import casting
from tests.browsing import Browser
from tests.web.console import bank

HUGE = "9223372036854775808"


@pytest.mark.parametrize("path", ["/clients/{}", "/groups/{}", "/imports/{}", "/campaigns/{}", "/events/{}/check-in"])
async def test_a_number_larger_than_any_row_is_not_found(signed_in, path):
    browser = await signed_in("marketing")
    assert (await browser.get(path.format(HUGE))).status == 404


async def test_a_change_of_a_row_that_cannot_exist_is_not_found(signed_in):
    browser = await signed_in("marketing")
    assert (await browser.post(f"/campaigns/{HUGE}/start")).status == 404


@pytest.mark.parametrize(
    "query",
    ["at=2026-01-01T00:00:00&entry=²", "at=0001-01-01T00:00:00%2B14:00&entry=1", "at=9999-12-31T23:59:59&entry=1"],
)
async def test_an_odd_place_in_the_timeline_shows_the_client(signed_in, people, query):
    (client_id,) = await bank.make_clients(people, 1)
    browser = await signed_in("director")
    assert (await browser.get(f"/clients/{client_id}?{query}")).status == 200


async def test_a_text_of_the_library_with_an_impossible_name_is_not_found(signed_in):
    browser = await signed_in("marketing")
    assert (await browser.get(f"/library/edit?series={'x' * 41}")).status == 404
    assert (await browser.get("/library/edit?series=a\x00b")).status == 404
    answer = await browser.post("/library/edit", {"title": "标题", "text": "正文", "series": "x" * 41})
    assert answer.status == 422


@pytest.mark.parametrize("typed", ["1e999999999", "NaN", "Infinity", "十万"])
async def test_an_amount_that_is_none_is_refused_in_words(signed_in, people, typed):
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    rows = {"a.0.joint": "and", "a.0.0.what": "balance.between", "a.0.0.least": typed}
    answer = await browser.post(f"/campaigns/{campaign.id}/audience", bank.form_of(campaign, **rows))
    assert answer.status == 200
    assert "请填数字" in answer.text


@pytest.mark.parametrize("kept", ["[" * 100_000, '{"field": "tag", "op": "has", "value": ["a\\u0000b"]}'])
async def test_a_hostile_tree_is_refused_in_words(signed_in, people, kept):
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    answer = await browser.post(f"/campaigns/{campaign.id}/edit", bank.form_of(campaign, **{"a.kept": kept}))
    assert answer.status == 422


async def test_a_press_on_a_row_that_cannot_be_changes_nothing(signed_in, people):
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    for act in ("add.²", "drop.0.²", "drop.9.9", "group.x", "fix.main.", "piece.nowhere"):
        answer = await browser.post(f"/campaigns/{campaign.id}/edit", bank.form_of(campaign, act=act))
        assert answer.status == 200, act


@pytest.mark.parametrize("address", ["http://[::1", "javascript:alert(1)", "//a.test/b", "a.test"])
async def test_an_address_that_is_none_is_named_in_the_editor(signed_in, people, address):
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    changes = {"act": "add.0", "step.main.link_title": "报名", "step.main.link_url": address}
    answer = await browser.post(f"/campaigns/{campaign.id}/edit", bank.form_of(campaign, **changes))
    assert answer.status == 200
    assert "链接地址须以 https:// 开头" in answer.text


@pytest.mark.parametrize("going_to", ["http://[::1", "//evil.test", "/\\evil.test", "https://evil.test/"])
async def test_after_sign_in_nobody_is_led_elsewhere(web_app, people, going_to):
    browser = Browser(web_app)
    assert (await browser.get(f"/login?next={going_to}")).status == 200
    answer = await browser.post("/login", {"login": "marketing", "password": casting.PASSWORD, "next": going_to})
    assert (answer.status, answer.headers["location"]) == (303, "/")
