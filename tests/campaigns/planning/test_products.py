"""Products of a campaign: who is left out because of them, what is approved of them, and when they stop everything."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from campaigns.audience import segments
from campaigns.delivery import freezing
from campaigns.planning import approval, drafting, fingerprint, listing, preflight, products, running
from campaigns.planning.models import Campaign
from community.sending import policies
from community.sending.models import Stream
from community.suitability import products as shelf
from community.suitability.models import Kyc, Product, RiskAssessment
from kernel import clock, database
from kernel.errors import Refused
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients


async def product(code: str, product_class: str = "wealth", level: int | None = 3, **more: object) -> Product:
    return await Product.create(code=code, name=f"产品{code}", product_class=product_class, seller_level=level, **more)


async def assess(client_id: int, level: int, days_ago: int = 10) -> None:
    at = clock.now() - timedelta(days=days_ago)
    await RiskAssessment.create(client_id=client_id, level=level, assessed_at=at)


async def test_the_waterfall_says_who_is_left_out_because_of_a_product_or_of_papers(cast: Cast) -> None:
    fit, weak, old, never, flagged, stale = await make_clients(cast, 6)
    for client, level, days in ((fit, 4, 1), (weak, 2, 1), (old, 5, 366), (flagged, 5, 1), (stale, 5, 1)):
        await assess(client, level, days)
    await Kyc.create(client_id=flagged, state="flagged", as_of_at=clock.now())
    yesterday = clock.today() - timedelta(days=1)
    await Kyc.create(client_id=stale, document_expires_on=yesterday, as_of_at=clock.now())
    await product("W3")
    campaign = await draft_of(cast, products=("W3",))
    people = await segments.waterfall(await listing.audience_of(campaign))
    assert {line.reason: line.clients for line in people.exclusions} == {
        "not_assessed": 1,
        "assessment_expired": 1,
        "above_client_level": 1,
        "kyc_flagged": 1,
        "kyc_expired": 1,
    }
    assert (people.total, people.due) == (6, 1)
    assert never


async def test_the_frozen_audience_keeps_the_reason_and_the_stream_the_products(cast: Cast) -> None:
    fit, weak = await make_clients(cast, 2)
    await assess(fit, 3)
    await assess(weak, 2)
    await product("W3")
    campaign = await running.start((await approved(cast, products=("W3",))).id, cast.li)
    await freezing.freeze(campaign.id)
    rows = await database.fetch("SELECT client_id, decision FROM delivery WHERE campaign_id = $1", campaign.id)
    assert {row["client_id"]: row["decision"] for row in rows} == {fit: "due", weak: "above_client_level"}
    assert (await Stream.get(id=campaign.stream_id)).products == ["W3"]


async def test_a_new_rating_or_a_new_cap_voids_what_was_approved(cast: Cast) -> None:
    (client,) = await make_clients(cast, 1)
    await assess(client, 5)
    chosen = await product("W3")
    campaign = await approved(cast, products=("W3",))
    await shelf.rate(chosen.id, "issuer", 5, cast.wang)
    with pytest.raises(Refused) as refused:
        await running.start(campaign.id, cast.li)
    assert refused.value.code == "campaign.not_approved"
    await shelf.rate(chosen.id, "issuer", None, cast.wang)
    before = await fingerprint.of(await Campaign.get(id=campaign.id))
    await policies.save(clock.today(), policies.Policy(daily_cap=9))
    assert await fingerprint.of(await Campaign.get(id=campaign.id)) != before


async def test_a_product_that_is_sold_out_or_unrated_blocks_the_submission_and_the_start(cast: Cast) -> None:
    (client,) = await make_clients(cast, 1)
    await assess(client, 5)
    await product("OLD", on_sale_until=clock.today() - timedelta(days=1))
    await product("NEW", level=None)
    campaign = await draft_of(cast, products=("NEW", "OLD"))
    found = {one.code for one in await preflight.check(campaign) if one.is_blocking}
    assert {"product.product_off_sale", "product.product_unrated"} <= found
    with pytest.raises(Refused):
        await approval.submit(campaign.id, cast.li)
    good = await product("GOOD")
    ready = await approved(cast, products=("GOOD",))
    await shelf.save(shelf.ProductDraft("GOOD", good.name, "wealth", is_active=False), cast.li, good.id)
    with pytest.raises(Refused, match="停售"):
        await running.start(ready.id, cast.li)


async def test_private_and_risky_products_block_an_open_channel(cast: Cast) -> None:
    await product("P1", "private", 2)
    await product("W3")
    await product("W2", level=2)
    await product("D", "deposit", None)
    campaign = Campaign(channel="wecom_group", products=["D", "P1", "W2", "W3"])
    codes = [one.code for one in await products.findings(campaign) if one.is_blocking]
    assert sorted(codes) == ["product.private_in_open_channel", "product.too_risky_for_open_channel"]


async def test_a_text_that_names_a_class_without_a_product_is_warned_of(cast: Cast) -> None:
    await make_clients(cast, 1)
    campaign = await draft_of(cast, text="本周新发的基金和理财，请咨询您的理财经理。")
    warned = [one for one in await preflight.check(campaign) if one.code == "product.not_chosen"]
    assert [(one.start, one.is_blocking) for one in warned] == [(8, False), (5, False)]
    lesson = await draft_of(cast, text="周四有理财课。")
    assert "product.not_chosen" not in {one.code for one in await preflight.check(lesson)}


async def test_choosing_and_dropping_a_product_is_an_edit_and_a_copy_keeps_it(cast: Cast) -> None:
    await product("W3")
    campaign = await draft_of(cast, products=("W3", "W3"))
    assert campaign.products == ["W3"]
    copied = await drafting.copy(campaign.id, cast.li)
    assert copied.products == ["W3"]
    draft = await drafting.read(campaign)
    dropped = await drafting.save(campaign.id, dataclasses.replace(draft, products=()), cast.li, campaign.version)
    assert (dropped.products, dropped.version) == ([], campaign.version + 1)
    with pytest.raises(Refused):
        await drafting.save(campaign.id, dataclasses.replace(draft, products=("NONE",)), cast.li, dropped.version)
