"""A client's timeline is told in words: no code and no number of ours is on the page."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns.events.models import Event
from campaigns.planning.models import Campaign
from community.clients import timeline
from community.clients.models import Client
from community.groups.models import Group
from kernel import clock
from loyalty.rewards import benefits
from loyalty.tiers import policies
from web.console import client_story


@pytest.fixture
async def client(people) -> Client:
    return await Client.create(owner=people["director"], branch_id=people["director"].branch_id)


async def told(client: Client, kind: str, **detail) -> str:
    await timeline.record(client.id, kind, **detail)
    return " · ".join((await client_story.of(await timeline.entries(client.id)))[0].facts)


async def test_tiers_sources_and_periods_have_names(client):
    await policies.load_preset("cmb", date(2020, 1, 1))
    moved = {"month": "2025-12", "tier_before": "basic", "tier_after": "gold"}
    assert await told(client, "tier.raised", **moved) == "普通 → 金卡 · 按 2025 年 12 月日均评定"
    assert await told(client, "tier.assigned", **moved | {"tier_before": ""}) == "金卡 · 按 2025 年 12 月日均评定"
    assert await told(client, "consent.granted", source="bank_file") == "来自银行文件"
    assert await told(client, "client.imported", bank="haiyue") == "来自海岳银行的文件"
    await benefits.create("cup", "咖啡券", "voucher", "gold", value_fen=3000)
    assert await told(client, "benefit.granted", benefit="cup", period="2026Q4") == "咖啡券 · 2026 年第 4 季度"


async def test_people_groups_and_campaigns_are_named(client, people):
    group = await Group.create(corpid="ww", chat_id="c1", name="白金客户群")
    assert await told(client, "group.left", group=group.id, how=0) == "“白金客户群” · 自己退群"
    assert await told(client, "owner.assigned", staff=people["director"].id) == people["director"].name
    campaign = await Campaign.create(
        kind="event_invitation", name="金沙龙", channel="oa_service", salt="s", author=people["marketing"],
        last_editor=people["marketing"],
    )  # fmt: skip
    event = await Event.create(campaign=campaign, place="会客厅", starts_at=clock.now(), seats=3)
    assert await told(client, "event.accepted", event=event.id) == "“金沙龙”"
    assert await told(client, "event.invited", campaign=campaign.id) == "“金沙龙”"


async def test_the_page_shows_no_raw_code(signed_in, client, people):
    await timeline.record(client.id, "consent.granted", source="bank_file")
    await timeline.record(client.id, "contact.lost", how="by_client")
    page = (await (await signed_in("marketing")).get(f"/clients/{client.id}")).text
    assert "来自银行文件" in page
    assert "客户删除" in page
    assert "bank_file" not in page
    assert "by_client" not in page
