"""The bank's products: kept by marketing, rated by compliance; the gate reads them as they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from community.suitability import rule
from community.suitability.models import LEVELS, PRODUCT_CLASSES, Product
from community.suitability.rule import ProductFacts
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit, permissions
from staff.models import Staff

CLASS_NAMES = {
    "deposit": "存款",
    "service": "服务",
    "education": "投资者教育",
    "wealth": "理财",
    "fund": "基金",
    "insurance": "保险",
    "precious_metal": "贵金属",
    "private": "私募",
}
PAGE = 50
CODE_LONGEST = 32
SHOWN = 200
Rater = Literal["issuer", "seller"]
RATERS: tuple[Rater, ...] = ("issuer", "seller")


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """What marketing says of a product; its ratings are another person's word."""

    code: str
    name: str
    product_class: str
    issuer: str = ""
    is_private: bool = False
    on_sale_until: date | None = None
    is_active: bool = True


async def of_codes(codes: Collection[str]) -> list[Product]:
    """The products with these codes, in order of code; unknown codes are left out."""
    return await Product.filter(code__in=list(codes)).order_by("code")


def level(product: Product) -> int:
    """The higher of the two ratings, R1 to R5; 0 for a product without one."""
    return rule.level_of(facts(product)) or 0


def facts(product: Product) -> ProductFacts:
    """What the rule looks at."""
    return ProductFacts(
        product.product_class,
        product.issuer_level,
        product.seller_level,
        product.is_private,
        product.is_active,
        product.on_sale_until,
    )


async def page(asked: str = "", product_class: str = "", number: int = 1) -> tuple[list[Product], int]:
    """One page of the products whose code, name or issuer holds `asked`, and how many there are."""
    wanted = _wanted(asked)
    if product_class:
        wanted = wanted.filter(product_class=product_class)
    found = await wanted.order_by("-is_active", "code").offset((max(number, 1) - 1) * PAGE).limit(PAGE)
    return found, await wanted.count()


async def on_sale(asked: str = "", also: Collection[str] = ()) -> list[Product]:
    """What a campaign may choose from: on sale today and holding `asked`, and in any case the codes `also`."""
    today = clock.today()
    is_on_sale = Q(is_active=True) & (Q(on_sale_until=None) | Q(on_sale_until__gte=today))
    wanted = is_on_sale & _holding(asked) if asked.strip() else is_on_sale
    return await Product.filter(wanted | Q(code__in=list(also))).order_by("product_class", "code").limit(SHOWN)


async def get(product_id: int) -> Product:
    """One product. NotFound: none."""
    found = await Product.get_or_none(id=product_id)
    if found is None:
        raise NotFound()
    return found


async def save(draft: ProductDraft, by: Staff, product_id: int | None = None) -> Product:
    """Keep a new product (product_id None) or change one; the code stays.

    Refused: code taken, values that can't be, a class that would ask less of clients than before.
    """
    permissions.require(by, "products.edit")
    return (await save_many([draft], by, product_id=product_id))[0]


async def save_many(drafts: Collection[ProductDraft], by: Staff, *, product_id: int | None = None) -> list[Product]:
    """Keep several, all or none; without product_id a known code is changed. Refused: values that can't be."""
    permissions.require(by, "products.edit")
    async with database.transaction():
        return [await _save(draft, by, product_id) for draft in drafts]


async def add(draft: ProductDraft, by: Staff) -> Product:
    """Keep a new product. Refused (product.taken): its code is known already."""
    if await Product.exists(code=draft.code.strip()):
        raise Refused("已有同样编号的产品", code="product.taken")
    return await save(draft, by)


async def rate(product_id: int, rater: Rater, new_level: int | None, by: Staff) -> Product:
    """Put down the rating of the issuer or of this bank as seller; the next look of the gate goes by it.

    None: there is no such rating (any more). Refused: no level R1 to R5.
    """
    permissions.require(by, "products.rate")
    if rater not in RATERS or (new_level is not None and new_level not in LEVELS):
        raise Refused("风险评级须为 R1 到 R5", code="product.level")
    async with database.transaction():
        product = await Product.select_for_update().get_or_none(id=product_id)
        if product is None:
            raise NotFound()
        before = getattr(product, f"{rater}_level")
        if before == new_level:
            return product
        values = {"level": new_level, "rated_by_id": by.id, "rated_at": clock.now()}
        product.update_from_dict({f"{rater}_{name}": value for name, value in values.items()})
        await product.save()
        await audit.record(by, "product.rated", "product", product.id, rater=rater, before=before, after=new_level)
    return product


async def _save(draft: ProductDraft, by: Staff, product_id: int | None) -> Product:
    check(draft)
    known = Product.select_for_update()
    found = await (known.get_or_none(id=product_id) if product_id else known.get_or_none(code=draft.code.strip()))
    if found is None and product_id:
        raise NotFound()
    product = found or Product(code=draft.code.strip())
    values = {
        "name": draft.name.strip(),
        "product_class": draft.product_class,
        "issuer": draft.issuer.strip(),
        "is_private": draft.is_private or draft.product_class == "private",
        "on_sale_until": draft.on_sale_until,
        "is_active": draft.is_active,
    }
    changed = sorted(name for name, value in values.items() if found is None or getattr(found, name) != value)
    if not changed:
        return product
    if found is not None:
        _refuse_loosening(found, draft.product_class, is_private=bool(values["is_private"]))
    product.update_from_dict(values)
    await product.save()
    verb = "product.edited" if found else "product.created"
    await audit.record(by, verb, "product", product.id, code=product.code, changed=changed)
    return product


def _refuse_loosening(product: Product, product_class: str, *, is_private: bool) -> None:
    # what the gate asks hangs on these two: one person's edit must not open a product to everybody mid-campaign
    was = facts(product)
    loses_risk = rule.needs_assessment(was) and product_class in rule.UNRISKY
    if loses_risk or (rule.is_private(was) and not is_private):
        raise Refused(
            "有风险的产品不能改为无风险类别，私募不能改为公募；请停售后另建产品", code="product.class_loosened"
        )


def check(draft: ProductDraft) -> None:
    """Refused: what can be said of a product without looking at others is wrong."""
    code = draft.code.strip()
    if (
        not code
        or len(code) > CODE_LONGEST
        or not all(one.isascii() and (one.isalnum() or one in "-_") for one in code)
    ):
        raise Refused(f"产品编号只能含字母、数字和短横线，最长 {CODE_LONGEST} 位", code="product.code")
    if not draft.name.strip() or len(draft.name.strip()) > 80 or not draft.name.isprintable():
        raise Refused("请填写产品名称，最多 80 个字", code="product.name")
    if draft.product_class not in PRODUCT_CLASSES:
        raise Refused("产品类别请从列表中选择", code="product.class")
    if len(draft.issuer.strip()) > 80 or not draft.issuer.isprintable():
        raise Refused("发行机构最多 80 个字", code="product.issuer")


def _wanted(asked: str) -> QuerySet[Product]:
    return Product.filter(_holding(asked)) if asked.strip() else Product.all()


def _holding(asked: str) -> Q:
    text = asked.strip()
    return Q(code__icontains=text) | Q(name__icontains=text) | Q(issuer__icontains=text)
