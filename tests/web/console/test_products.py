"""Products on their pages: kept by marketing, rated by compliance, in and out as files, chosen in a campaign."""

from __future__ import annotations

from datetime import timedelta

from campaigns.planning.models import Campaign
from community.suitability.models import Product
from kernel import clock
from staff.models import AuditEntry
from tests.web.console import bank

NEW = {"code": "W-1", "name": "稳健一号", "product_class": "wealth", "issuer": "海岳理财", "is_active": "1"}


async def test_marketing_keeps_a_product_and_compliance_rates_it_with_a_trace(signed_in, people):
    marketing = await signed_in("marketing")
    assert (await marketing.post("/products/new", NEW)).status == 303
    product = await Product.get(code="W-1")
    assert "还没有风险评级" in (await marketing.get(f"/products/{product.id}")).text
    assert (await marketing.post(f"/products/{product.id}/rating", {"rater": "seller", "level": "1"})).status == 403
    reviewer = await signed_in("reviewer")
    for rater, level in (("seller", "2"), ("issuer", "4")):
        assert (await reviewer.post(f"/products/{product.id}/rating", {"rater": rater, "level": level})).status == 303
    page = (await reviewer.get(f"/products/{product.id}")).text
    assert "R4" in page
    assert people["reviewer"].name in page
    entries = await AuditEntry.filter(action="product.rated").order_by("id")
    assert [(one.detail["rater"], one.detail["before"], one.detail["after"]) for one in entries] == [
        ("seller", None, 2),
        ("issuer", None, 4),
    ]
    assert (await reviewer.post("/products/new", NEW)).status == 403


async def test_what_is_wrong_with_a_product_is_said_beside_its_field(signed_in):
    marketing = await signed_in("marketing")
    await marketing.post("/products/new", NEW)
    for changes, sentence in (
        ({}, "已有同样编号的产品"),
        ({"code": "W 1"}, "产品编号只能含字母"),
        ({"code": "W-2", "product_class": "stocks"}, "产品类别请从列表中选择"),
        ({"code": "W-2", "name": ""}, "请填写名称"),
        ({"code": "W-2", "on_sale_until": "2026-02-30"}, "请填日期"),
    ):
        answer = await marketing.post("/products/new", NEW | changes)
        assert answer.status == 422
        assert sentence in answer.text
    assert await Product.all().count() == 1


async def test_nobody_opens_a_product_to_everybody_by_changing_what_it_is(signed_in):
    marketing = await signed_in("marketing")
    await marketing.post("/products/new", NEW)
    await marketing.post("/products/new", NEW | {"code": "P-1", "product_class": "private"})
    for code, changes in (
        ("W-1", {"product_class": "education"}),
        ("P-1", {"product_class": "wealth"}),
        ("P-1", {"product_class": "service"}),
    ):
        product = await Product.get(code=code)
        answer = await marketing.post(f"/products/{product.id}", NEW | {"code": code} | changes)
        assert answer.status == 422
        assert "请停售后另建产品" in answer.text
    wealth = await Product.get(code="W-1")
    # to another class with risk, or to more secrecy, is no loosening
    assert (await marketing.post(f"/products/{wealth.id}", NEW | {"product_class": "fund"})).status == 303
    assert (await marketing.post(f"/products/{wealth.id}", NEW | {"is_private": "1"})).status == 303
    rows = "编号,名称,类别,发行机构,私募,销售截止日,在售\nP-1,私募一号,存款,,否,,是\n"
    assert (await marketing.upload("/products/file", {}, "file", "p.csv", rows.encode())).status == 422
    assert await Product.filter(product_class__in=("private", "wealth")).count() == 2


async def test_a_file_is_taken_in_whole_or_not_at_all_and_comes_out_as_it_went_in(signed_in):
    marketing, reviewer = await signed_in("marketing"), await signed_in("reviewer")
    head = "编号,名称,类别,发行机构,私募,销售截止日,在售\n"
    good = head + "D1,一年定存,存款,,否,,是\nP1,私募一号,私募,某基金,是,2027-06-30,\n"
    bad = good + "X1,,理财,,,,\nX2,名称,股票,,,,\nX3,名称,理财,,也许,,\nX4,=1,理财,,,,\n"
    answer = await marketing.upload("/products/file", {}, "file", "p.csv", bad.encode())
    assert answer.status == 422
    assert all(f"第 {row} 行" in answer.text for row in (4, 5, 6, 7))
    assert await Product.all().count() == 0
    assert (await marketing.upload("/products/file", {}, "file", "p.csv", good.encode())).status == 303
    ratings = "编号,发行方评级,本行评级\nP1,R4,5\n"
    assert (await marketing.upload("/products/ratings", {}, "file", "r.csv", ratings.encode())).status == 403
    assert (await reviewer.upload("/products/ratings", {}, "file", "r.csv", ratings.encode())).status == 303
    lines = (await reviewer.get("/products/file.csv")).text.splitlines()
    assert lines[1:] == ["D1,一年定存,存款,,否,,是,,", "P1,私募一号,私募,某基金,是,2027-06-30,是,R4,R5"]
    unknown = await reviewer.upload("/products/ratings", {}, "file", "r.csv", ratings.replace("P1", "NO").encode())
    assert "没有这些编号的产品" in unknown.text


async def test_a_campaign_chooses_products_and_its_pages_show_them_with_the_limits(signed_in, people):
    await bank.make_clients(people, 3)
    await Product.create(code="W-1", name="稳健一号", product_class="wealth", seller_level=2)
    await Product.create(code="OLD", name="旧产品", product_class="wealth", seller_level=2, is_active=False)
    marketing = await signed_in("marketing")
    campaign = await bank.draft_of(people["marketing"])
    page = (await marketing.get(f"/campaigns/{campaign.id}/edit")).text
    assert "稳健一号" in page
    assert "旧产品" not in page
    form = bank.form_of(campaign, products="W-1")
    found = await marketing.post(
        f"/campaigns/{campaign.id}/edit", form | {"act": "products.find", "product_words": "无"}
    )
    assert 'value="W-1" checked' in found.text, "what is chosen stays, whatever is looked for"
    counted = await marketing.post(f"/campaigns/{campaign.id}/audience", form)
    assert "没有风险评估" in counted.text
    assert (await marketing.post(f"/campaigns/{campaign.id}/edit", form)).status == 303
    assert (await Campaign.get(id=campaign.id)).products == ["W-1"]
    shown = (await marketing.get(f"/campaigns/{campaign.id}")).text
    assert "稳健一号（理财 R2）" in shown
    assert "每天 2 条、每月 15 条" in shown


async def test_the_approver_sees_the_products_and_what_changed_of_them(signed_in, people):
    (client,) = await bank.make_clients(people, 1)
    product = await Product.create(code="D-1", name="一年定存", product_class="deposit")
    campaign, asked = await bank.submitted(people, products=("D-1",))
    reviewer = await signed_in("reviewer")
    assert product.name in (await reviewer.get(f"/approvals/{asked.id}")).text
    assert client
    await Product.filter(id=product.id).update(on_sale_until=clock.today() - timedelta(days=1))
    assert "产品已停售" in (await reviewer.get(f"/approvals/{asked.id}")).text
    assert campaign.products == ["D-1"]
