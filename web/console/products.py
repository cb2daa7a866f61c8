"""Products: the list, one product with its ratings, and the forms of those who keep and of those who rate them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from community.suitability import products, rule
from community.suitability.models import Product
from community.suitability.products import CLASS_NAMES, ProductDraft
from kernel import clock
from kernel.errors import Refused
from staff.models import Staff
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import render, see_other

TONES = {0: "bad", 1: "good", 2: "good", 3: "plan", 4: "warn", 5: "bad"}


@dataclass(frozen=True)
class ProductForm:
    """What marketing says of a product."""

    name: str = forms.field("名称", longest=80)
    product_class: str = forms.field("类别", longest=20)
    code: str = forms.field("编号", longest=32, default="")
    issuer: str = forms.field("发行机构", longest=80, default="")
    is_private: bool = forms.field("私募", default=False)
    on_sale_until: date | None = forms.field("销售截止日", default=None)
    is_active: bool = forms.field("在售", default=False)


@dataclass(frozen=True)
class RatingForm:
    """One rating, R1 to R5; 0 takes it back."""

    rater: Literal["issuer", "seller"] = forms.field("评级方")
    level: int = forms.field("风险评级", least=0, most=5)


@dataclass(frozen=True)
class ProductFilters:
    """What the list is narrowed to."""

    q: str = forms.field("搜索", longest=64, default="")
    kind: str = forms.field("类别", longest=20, default="")


async def index(request: Request) -> Response:
    """GET /products"""
    return await show_list(request)


async def show_list(request: Request, *, problems: list[str] | None = None, status: int = 200) -> Response:
    """The list, with what stood in the way of a file."""
    given = forms.query(request, ProductFilters)
    found, total = await products.page(given.q, given.kind, paging.asked_number(request))
    return render(
        request,
        "console/products/list.html",
        status=status,
        given=given,
        shelf=found,
        page_of=paging.read(request, total, size=products.PAGE),
        problems=problems or [],
        **_words(),
    )


async def new(request: Request) -> Response:
    """GET /products/new"""
    return _form(request, {"is_active": "1"}, {})


async def add(request: Request) -> Response:
    """POST /products/new"""
    reading = await forms.attempt(request, ProductForm)
    if reading.form is None:
        return _form(request, reading.values, reading.errors, status=422)
    try:
        made = await products.add(ProductDraft(**asdict(reading.form)), session.signed_in(request))
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return _form(request, reading.values, {_place(refusal): refusal.message}, status=refusal.status)
    return see_other(
        request, "product", id=made.id, notice=_("已建立“%(name)s”，评级后才能用于活动") % {"name": made.name}
    )


async def show(request: Request) -> Response:
    """GET /products/{id}"""
    found = await products.get(request.path_params["id"])
    return await _show(request, found, _values(found), {})


async def save(request: Request) -> Response:
    """POST /products/{id}"""
    found = await products.get(request.path_params["id"])
    reading = await forms.attempt(request, ProductForm)
    if reading.form is None:
        return await _show(request, found, reading.values, reading.errors, status=422)
    draft = ProductDraft(**{**asdict(reading.form), "code": found.code})
    try:
        await products.save(draft, session.signed_in(request), found.id)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _show(request, found, reading.values, {_place(refusal): refusal.message}, status=refusal.status)
    return see_other(request, "product", id=found.id, notice=_("已保存，从下一次发送检查起生效"))


async def rate(request: Request) -> Response:
    """POST /products/{id}/rating"""
    form = await forms.read(request, RatingForm)
    product_id = request.path_params["id"]
    await products.rate(product_id, form.rater, form.level or None, session.signed_in(request))
    return see_other(request, "product", id=product_id, notice=_("评级已记下，从下一次发送检查起生效"))


async def _show(
    request: Request, found: Product, values: dict[str, Any], errors: dict[str, str], status: int = 200
) -> Response:
    raters = {found.issuer_rated_by_id, found.seller_rated_by_id} - {None}
    return render(
        request,
        "console/products/show.html",
        status=status,
        product=found,
        values=values,
        errors=errors,
        raters={one.id: one.name for one in await Staff.filter(id__in=list(raters))},
        is_unrisky=found.product_class in rule.UNRISKY,
        is_on_sale=rule.is_on_sale(products.facts(found), clock.now()),
        **_words(),
    )


def _form(request: Request, values: dict[str, Any], errors: dict[str, str], status: int = 200) -> Response:
    return render(request, "console/products/new.html", status=status, values=values, errors=errors, **_words())


def _values(found: Product) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "product_class": found.product_class,
        "issuer": found.issuer,
        "is_private": "1" if found.is_private else "",
        "on_sale_until": found.on_sale_until.isoformat() if found.on_sale_until else "",
        "is_active": "1" if found.is_active else "",
    }


def _words() -> dict[str, Any]:
    return {
        "class_names": {code: _(name) for code, name in CLASS_NAMES.items()},
        "level_of": products.level,
        "level_tones": TONES,
        "unrisky": rule.UNRISKY,
        "today": clock.today(),
    }


def _place(refusal: Refused) -> str:
    fields = {
        "product.name": "name",
        "product.class": "product_class",
        "product.class_loosened": "product_class",
        "product.issuer": "issuer",
    }
    return fields.get(refusal.code, "code")
