"""Versions, further channels, spread and priority in the editor: plain fields, without scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from campaigns.kinds import registry
from campaigns.planning import drafting, variants
from campaigns.planning.models import Campaign
from staff.models import Staff
from tests.browsing import Browser
from tests.web.console import bank
from web.console import versions_sheet

SignIn = Callable[[str], Awaitable[Browser]]


def test_a_version_is_added_with_even_shares_and_taken_away_without_a_gap() -> None:
    values: dict[str, str] = {}
    versions_sheet.change(values, "more")
    assert versions_sheet.codes(values) == ["A", "B"]
    versions_sheet.change(values, "more")
    assert [values[f"ab.{code}.share"] for code in "ABC"] == ["34", "33", "33"]
    values["ab.C.main.text"] = "第三种"
    versions_sheet.change(values, "less.B")
    assert (versions_sheet.codes(values), values["ab.B.main.text"]) == (["A", "B"], "第三种")
    versions_sheet.change(values, "less.B")
    assert versions_sheet.codes(values) == []


def test_what_can_not_be_is_said_at_its_field() -> None:
    values = {"ab.A.share": "a", "ab.B.share": "50", "ab.B.main.text": "x" * 5001}
    errors: dict[str, str] = {}
    versions_sheet.read(values, errors, registry.KINDS["message"])
    assert set(errors) == {"ab.A.share", "ab.B.main.text"}


async def test_versions_and_ways_are_saved_shown_again_and_kept_by_a_copy(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    path = f"/campaigns/{campaign.id}/edit"
    page = (await browser.post(path, bank.form_of(campaign, act="ab.more"))).text
    assert 'name="ab.B.main.text"' in page
    fields = {"ab.A.share": "60", "ab.B.share": "40", "ab.B.label": "带问候", "ab.B.main.text": "另一种写法"}
    more = {"fallback.1": "oa_service", "spread_minutes": "90", "priority": "4"}
    assert (await browser.post(path, bank.form_of(campaign, act="save", **fields, **more))).status == 303
    saved = await Campaign.get(id=campaign.id)
    assert await variants.shares(campaign.id) == (("A", 60), ("B", 40))
    assert (saved.fallbacks, saved.spread_minutes, saved.priority) == (["oa_service"], 90, 4)
    assert "另一种写法" in (await browser.get(path)).text
    assert "另一种写法" in (await browser.get(f"/campaigns/{campaign.id}")).text
    made = await drafting.copy(campaign.id, people["marketing"])
    assert await variants.shares(made.id) == (("A", 60), ("B", 40))


@pytest.mark.parametrize("kind", ["group_message", "moments", "notice"])
async def test_the_editor_of_each_new_kind_opens_and_saves(
    signed_in: SignIn, people: dict[str, Staff], kind: str
) -> None:
    campaign = await drafting.create(kind, "新类型", people["marketing"])
    browser = await signed_in("marketing")
    assert (await browser.get(f"/campaigns/{campaign.id}/edit")).status == 200
    form = bank.form_of(campaign, act="save", channel=campaign.channel)
    if kind == "group_message":
        form["detail.text.words"] = "财富"
    assert (await browser.post(f"/campaigns/{campaign.id}/edit", form)).status == 303
    assert (await browser.get(f"/campaigns/{campaign.id}")).status == 200
    assert (await Campaign.get(id=campaign.id)).chosen == ({"words": "财富"} if kind == "group_message" else {})
