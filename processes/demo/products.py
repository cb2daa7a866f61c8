"""What the sample bank sells: kept by marketing, rated by compliance, and a campaign about two of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from campaigns.planning.models import Campaign
from community.suitability import products
from community.suitability.products import ProductDraft
from kernel import clock
from processes.demo import campaigns
from processes.demo.campaigns import Plan, in_tiers
from staff.models import Staff

RATER = "zhao.heng"
WEALTH, FUNDS = "海岳理财有限责任公司", "东序基金管理有限公司"


class Sold(NamedTuple):
    """A product with the ratings of its issuer and of the bank."""

    draft: ProductDraft
    issuer_level: int | None = None
    seller_level: int | None = None


def shelf(today: date) -> tuple[Sold, ...]:
    """Everything on sale, one that ended yesterday, and one that nobody has rated yet."""
    next_year, yesterday = today + timedelta(days=365), today - timedelta(days=1)
    return (
        Sold(ProductDraft("CK-1Y", "一年期整存整取", "deposit", "海岳银行")),
        Sold(ProductDraft("FW-01", "网点预约与大额取现", "service", "海岳银行")),
        Sold(ProductDraft("JY-01", "家庭资产配置讲堂", "education", "海岳银行")),
        Sold(ProductDraft("LC-R1", "悦享现金管理", "wealth", WEALTH), 1, 1),
        Sold(ProductDraft("LC-R2", "悦稳固收六个月", "wealth", WEALTH, on_sale_until=next_year), 2, 2),
        Sold(ProductDraft("LC-R3", "悦和平衡一年", "wealth", WEALTH), 2, 3),
        Sold(ProductDraft("LC-R4", "悦进混合两年", "wealth", WEALTH), 4, 4),
        Sold(ProductDraft("LC-R5", "悦领权益三年", "wealth", WEALTH), 5, 4),
        Sold(ProductDraft("LC-OLD", "悦稳固收三个月", "wealth", WEALTH, on_sale_until=yesterday), 2, 2),
        Sold(ProductDraft("LC-NEW", "悦稳目标日期", "wealth", WEALTH)),
        Sold(ProductDraft("JJ-01", "东序短债", "fund", FUNDS), 2, 2),
        Sold(ProductDraft("JJ-02", "东序成长", "fund", FUNDS), 4, 3),
        Sold(ProductDraft("BX-01", "安年养老年金", "insurance", "晴川人寿保险"), None, 2),
        Sold(ProductDraft("HJ-01", "积存金", "precious_metal", "海岳银行"), None, 3),
        Sold(ProductDraft("SM-01", "远山稳健一号", "private", "远山私募基金"), 4, 4),
    )


async def stock() -> None:
    """Put the products on the shelf and rate them; those that are there already stay as they are."""
    by, rater = await Staff.get(login=campaigns.MAKER), await Staff.get(login=RATER)
    known = {one.code for one in await products.of_codes([one.draft.code for one in shelf(clock.today())])}
    for sold in shelf(clock.today()):
        if sold.draft.code not in known:
            made = await products.save(sold.draft, by)
            await products.rate(made.id, "issuer", sold.issuer_level, rater)
            await products.rate(made.id, "seller", sold.seller_level, rater)


async def waiting_campaign() -> Campaign:
    """Waits for the reviewer: two products, so that only assessed and able clients are on the list."""
    tree = {"op": "and", "items": [in_tiers("gold", "sunflower", "diamond"), {"field": "contact", "op": "is"}]}
    text = (
        "您好，近期六个月与一年期的固收类理财陆续开放，适合有一段时间用不到的资金。"
        "是否合适取决于您的风险承受能力，欢迎回复我，我先为您说明产品与风险。理财非存款，产品有风险，投资须谨慎。"
    )
    starts_at: datetime = clock.at_local(clock.today() + timedelta(days=3), campaigns.MORNING)
    codes = ("LC-R2", "LC-R3")
    return await campaigns.submitted(Plan("message", "固收类产品沟通", tree, starts_at, text, products=codes))
