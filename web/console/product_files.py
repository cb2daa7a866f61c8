"""The products as a file: taken in all or none, ratings as a file of those who rate, and the list handed out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from community.suitability import products
from community.suitability.models import Product
from community.suitability.products import CLASS_NAMES, ProductDraft, Rater
from kernel import database
from kernel.errors import Refused
from loyalty.assets import reading
from loyalty.assets.mapping import Mapping
from loyalty.assets.reading import Row
from web import forms, session, uploads
from web.console.products import show_list
from web.language import gettext as _
from web.rendering import see_other

COLUMNS = {
    "code": "编号",
    "name": "名称",
    "product_class": "类别",
    "issuer": "发行机构",
    "is_private": "私募",
    "on_sale_until": "销售截止日",
    "is_active": "在售",
}
RATINGS: dict[Rater, str] = {"issuer": "发行方评级", "seller": "本行评级"}
OPTIONAL = frozenset({"issuer", "is_private", "on_sale_until", "is_active"})
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
YES, NO = frozenset({"是", "Y", "1"}), frozenset({"否", "N", "0", ""})
MOST = 5_000
SHOWN = 20
Read = TypeVar("Read")


@dataclass(frozen=True)
class FileForm:
    """A file of products or of ratings."""

    file: UploadFile = forms.field("文件")


class Ratings(NamedTuple):
    """Both ratings of a product, None for none."""

    code: str
    levels: dict[Rater, int | None]


async def take_in(request: Request) -> Response:
    """POST /products/file"""
    rules = Mapping("", _("产品"), "products", COLUMNS, OPTIONAL, date_formats=DATES)
    try:
        drafts = await _rows(request, rules, lambda row: _draft(row, rules))
        saved = await products.save_many(drafts, session.signed_in(request))
    except Refused as refusal:
        return await _problem(request, refusal)
    return see_other(request, "products", notice=_("已导入 %(n)s 个产品") % {"n": len(saved)})


async def take_in_ratings(request: Request) -> Response:
    """POST /products/ratings"""
    columns = {"code": COLUMNS["code"], **{str(rater): column for rater, column in RATINGS.items()}}
    person = session.signed_in(request)
    try:
        given = await _rows(request, Mapping("", _("评级"), "ratings", columns), _ratings)
        known = {one.code: one.id for one in await products.of_codes([one.code for one in given])}
        if unknown := [one.code for one in given if one.code not in known]:
            raise Refused("没有这些编号的产品：" + "、".join(unknown[:SHOWN]), code="product.unknown")
        async with database.transaction():
            for one in given:
                for rater, level in one.levels.items():
                    await products.rate(known[one.code], rater, level, person)
    except Refused as refusal:
        return await _problem(request, refusal)
    return see_other(request, "products", notice=_("已记下 %(n)s 个产品的评级") % {"n": len(given)})


async def hand_out(_request: Request) -> Response:
    """GET /products/file.csv: every product, in the form in which a file is taken in."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([*COLUMNS.values(), *RATINGS.values()])
    for one in await Product.all().order_by("code"):
        values = {name: getattr(one, name) for name in COLUMNS} | {"product_class": CLASS_NAMES[one.product_class]}
        ratings = [f"R{level}" if level else "" for level in (one.issuer_level, one.seller_level)]
        lines.writerow([_cell(values[name]) for name in COLUMNS] + ratings)
    headers = {"Content-Disposition": 'attachment; filename="products.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _rows(request: Request, rules: Mapping, read: Callable[[Row], Read]) -> list[Read]:
    form = await forms.read(request, FileForm)
    kept = await uploads.keep(form.file, session.signed_in(request))
    found, problems = list[Read](), list[str]()
    try:
        with kept.readable() as path, reading.opened(path, rules) as table:
            for row in table.rows:
                if row.number > MOST:
                    raise Refused(f"一次最多导入 {MOST} 行", code="product.too_many")
                try:
                    if row.formula_in:
                        raise Refused("单元格含公式，请粘贴为数值后再导入", code="cell.formula")
                    found.append(read(row))
                except Refused as refusal:
                    problems.append(f"第 {row.number} 行：{refusal.message}")
    finally:
        uploads.forget(kept)
    if problems:
        raise Refused("\n".join(problems[:SHOWN]), code="product.rows")
    return found


def _draft(row: Row, rules: Mapping) -> ProductDraft:
    cells = {word: row.by_header.get(column, "") for word, column in COLUMNS.items()}
    classes = {name: code for code, name in CLASS_NAMES.items()}
    until = cells["on_sale_until"]
    if until and rules.day(until) is None:
        raise Refused("销售截止日应形如 2027-06-30", code="product.on_sale_until")
    draft = ProductDraft(
        cells["code"],
        cells["name"],
        classes.get(cells["product_class"], cells["product_class"]),
        cells["issuer"],
        _is_yes(cells["is_private"]),
        rules.day(until) if until else None,
        _is_yes(cells["is_active"]) if cells["is_active"] else True,
    )
    products.check(draft)
    return draft


def _ratings(row: Row) -> Ratings:
    levels = {rater: row.by_header.get(column, "").upper().removeprefix("R") for rater, column in RATINGS.items()}
    if not set(levels.values()) <= {"", "1", "2", "3", "4", "5"}:
        raise Refused("风险评级须为 R1 到 R5", code="product.level")
    return Ratings(
        row.by_header.get(COLUMNS["code"], ""), {r: int(text) if text else None for r, text in levels.items()}
    )


def _is_yes(text: str) -> bool:
    if text not in YES | NO:
        raise Refused("“私募”和“在售”只能填是或否", code="product.yes_no")
    return text in YES


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "" if value is None else str(value)
    # a spreadsheet would run it as a formula
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


async def _problem(request: Request, refusal: Refused) -> Response:
    if refusal.status in (403, 404):
        raise refusal
    return await show_list(request, problems=refusal.message.split("\n"), status=refusal.status)
