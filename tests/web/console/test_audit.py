"""The list of what staff did speaks of names, not of codes and numbers."""

from __future__ import annotations

from tests.web.console import bank


async def test_an_entry_names_its_campaign_and_leads_to_it(signed_in, people):
    campaign = await bank.draft_of(people["marketing"], name="九月理财课")
    page = (await (await signed_in("reviewer")).get("/audit")).text
    assert f'<a href="/campaigns/{campaign.id}">活动 · 九月理财课</a>' in page
    assert "类型：内容推送" in page
    assert "修改前状态：草稿" in page


async def test_who_may_not_open_campaigns_reads_the_name_without_a_link(signed_in, people):
    campaign = await bank.draft_of(people["marketing"], name="九月理财课")
    page = (await (await signed_in("administrator")).get("/audit")).text
    assert "活动 · 九月理财课" in page
    assert f'href="/campaigns/{campaign.id}"' not in page


async def test_a_fingerprint_is_shown_short(signed_in, people):
    await bank.make_clients(people, 2)
    _campaign, asked = await bank.submitted(people)
    page = (await (await signed_in("reviewer")).get("/audit")).text
    assert f"内容指纹：{asked.content_hash[:12]}<" in page
