"""What a reminder may say: it asks neither consent nor suitability, so it offers nothing and links nowhere else."""

from __future__ import annotations

import pytest

from campaigns.planning import products
from campaigns.planning.models import Campaign, Step
from community.suitability.models import Product
from tests.campaigns.conftest import Cast, draft_of


@pytest.mark.parametrize(
    ("text", "link", "codes"),
    [
        ("您报名的活动明天举行，请准时：{活动链接}", "", set()),
        ("明天见，会上介绍稳健理财", "", {"service.product"}),
        ("明天见，安心宝一号等您", "", {"service.product"}),
        ("明天见", "https://bank.example/fund", {"service.link"}),
        ("明天见 https://bank.example", "", {"service.link"}),
        ("明天见 www.bank.cn 与私募", "", {"service.product", "service.link"}),
    ],
)
async def test_a_reminder_that_offers_something_blocks(cast: Cast, text: str, link: str, codes: set[str]) -> None:
    await Product.create(code="A1", name="安心宝一号", product_class="wealth", seller_level=2)
    campaign = await draft_of(cast)
    await Campaign.filter(id=campaign.id).update(kind="event_invitation", products=["A1"])
    campaign = await Campaign.get(id=campaign.id)
    step = Step(campaign_id=campaign.id, code="reminder", text=text, link_url=link)
    found = await products.findings(campaign, [step])
    assert {one.code for one in found if one.code.startswith("service.")} == codes
    assert all(one.is_blocking for one in found if one.code.startswith("service."))


async def test_an_invitation_may_name_what_was_chosen(cast: Cast) -> None:
    campaign = await draft_of(cast)
    await Campaign.filter(id=campaign.id).update(kind="event_invitation")
    step = Step(campaign_id=campaign.id, code="main", text="来听理财产品介绍", link_url="https://bank.example")
    found = await products.findings(await Campaign.get(id=campaign.id), [step])
    assert {one.code for one in found} == {"product.not_chosen"}
