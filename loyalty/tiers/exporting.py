"""The list of clients as a file: masked and with bands of assets; in the clear only for who may reveal."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping
from typing import Any

from community.clients import personal
from kernel import database, numbers
from loyalty.tiers import directory, searching
from loyalty.tiers.directory import Filters, Line
from staff import permissions
from staff.exports import exporters
from staff.exports.exporters import Cells, Exporter, Params
from staff.models import Staff

BATCH = 1_000
PLAIN = ("客户序号", "姓名", "手机", "分层", "总资产", "存款", "客户经理", "标签", "营销同意", "最近活跃")
# upper limits in yuan, below which a band ends
BANDS = (
    (50_000, "5 万以下"),
    (200_000, "5–20 万"),
    (500_000, "20–50 万"),
    (1_000_000, "50–100 万"),
    (6_000_000, "100–600 万"),
)
_CLEAR = "SELECT id, name_sealed, phone_sealed FROM client WHERE id = ANY($1::bigint[])"


async def accept(given: Mapping[str, str], by: Staff) -> Params:
    """The filters of the page, the search words as the page sealed them; `clear` only for who may reveal."""
    owner = numbers.row_id(given.get("owner"))
    params: Params = {name: given[name][:400] for name in ("found", "tier", "tag", "consent") if given.get(name)}
    if owner is not None:
        params["owner"] = owner
    if given.get("clear"):
        permissions.require(by, "clients.reveal")
        params["clear"] = True
    return params


async def about(params: Params, by: Staff) -> list[tuple[str, str]]:
    """What the list is narrowed to, without what was searched for."""
    names = await directory.tier_names()
    lines: list[tuple[str, str]] = [
        ("列", "姓名、手机、金额为完整内容" if params.get("clear") else "姓名、手机脱敏，金额只给区间")
    ]
    if tier := params.get("tier"):
        lines.append(("分层", str(names.get(tier, tier))))
    if owner := params.get("owner"):
        lines.append(("客户经理", dict(await directory.owners(by)).get(int(owner), f"#{owner}")))
    if tag := params.get("tag"):
        lines.append(("标签", str(tag)))
    if consent := params.get("consent"):
        lines.append(("营销同意", {"yes": "已同意", "no": "未同意", "left": "已退订"}.get(str(consent), str(consent))))
    if params.get("found"):
        lines.append(("搜索", "按一个姓名、手机号或客户号查找"))
    return lines


async def count(params: Params, by: Staff) -> int:
    """Clients of the list within the person's scope."""
    return await directory.count(by, _filters(params, by))


async def rows(params: Params, by: Staff) -> AsyncIterator[Cells]:
    """Newest client first, in bounded memory."""
    is_clear = bool(params.get("clear"))
    if is_clear:
        permissions.require(by, "clients.reveal")
    names = await directory.tier_names()
    filters = _filters(params, by)
    yield PLAIN
    while lines := await directory.lines(by, filters, limit=BATCH, offset=0):
        opened = await _opened([line.id for line in lines]) if is_clear else {}
        for line in lines:
            yield _row(line, names, opened.get(line.id))
        filters = dataclasses.replace(filters, before_id=lines[-1].id)


def _filters(params: Params, by: Staff) -> Filters:
    return Filters(
        words=searching.unseal(params.get("found", ""), by),
        tier=params.get("tier", ""),
        owner_id=params.get("owner"),
        tag=params.get("tag", ""),
        consent=params.get("consent", ""),
        order="newest",
    )


async def _opened(ids: list[int]) -> dict[int, tuple[str, str]]:
    return {
        row["id"]: (
            personal.open_name(row["id"], row["name_sealed"]),
            personal.open_phone(row["id"], row["phone_sealed"]),
        )
        for row in await database.fetch(_CLEAR, ids)
    }


def _row(line: Line, tiers: Mapping[str, str], opened: tuple[str, str] | None) -> Cells:
    name, phone = opened or (line.name, line.phone)
    return (
        line.id,
        name,
        phone,
        tiers.get(line.tier, line.tier),
        _money(line.total_fen, is_clear=opened is not None),
        _money(line.deposit_fen, is_clear=opened is not None),
        line.owner_name,
        "、".join(line.tags),
        "已退订" if line.has_opted_out else "已同意" if line.marketing_consent else "未同意",
        line.last_activity_at,
    )


def _money(fen: int | None, *, is_clear: bool) -> Any:
    if fen is None:
        return None
    if is_clear:
        return fen / 100
    return next((label for limit, label in BANDS if fen < limit * 100), "600 万以上")


async def _is_clear(params: Params, _by: Staff) -> bool:
    return bool(params.get("clear"))


EXPORTER = exporters.register(
    Exporter(
        kind="clients",
        label="客户名单",
        permission="clients.see",
        accept=accept,
        about=about,
        count=count,
        rows=rows,
        file_name=lambda _params: "clients.xlsx",
        is_clear=_is_clear,
    )
)
