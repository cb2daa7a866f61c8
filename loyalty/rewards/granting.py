"""Granting by hand: a benefit, clients and why; they get it once another person approved exactly that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from community.clients import personal
from kernel import clock, database
from kernel.errors import NotFound, Refused
from loyalty.rewards import benefits, periods
from loyalty.rewards.models import Benefit, GrantOrder
from staff import approval_kinds, approvals, audit, permissions, scope
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "grant"
MOST = 1_000
"""Clients of one order: more is a campaign's work."""
SHOWN = 20
LONGEST_NUMBER = 64
LABELS = ("权益", "周期", "客户", "本周期已领过", "客户编号", "单份价值", "合计价值", "价值", "库存", "合作方", "原因")
"""What the lines of these questions are called; pages translate them."""

BY_NUMBER = """
SELECT i.value, c.id FROM identity i JOIN client c ON c.id = i.client_id AND c.merged_into_id IS NULL
WHERE i.kind = 'bank_number' AND i.value = ANY($1::text[]) AND {scope}
"""
VISIBLE = (
    "SELECT c.id FROM client c WHERE c.id = ANY($1::bigint[]) AND c.merged_into_id IS NULL AND {scope} ORDER BY c.id"
)
HAVE = "SELECT count(*) FROM grant_ WHERE benefit_id = $1 AND period = $2 AND client_id = ANY($3::bigint[])"


class Named(NamedTuple):
    """Clients found by their bank's numbers, and the numbers that name nobody within the person's scope."""

    ids: list[int]
    unknown: list[str]


async def clients_named(text: str, by: Staff) -> Named:
    """The clients of a pasted list of client numbers, within the person's scope. Refused: none, or too many."""
    numbers = list(dict.fromkeys(one for one in re.split(r"[\s,，;；、]+", text) if one))
    if not numbers:
        raise Refused("请填写客户号", code="grant.no_clients")
    if len(numbers) > MOST:
        raise Refused(f"一次最多 {MOST} 位客户，更多请用活动发放", code="grant.too_many")
    if any(len(one) > LONGEST_NUMBER for one in numbers):
        raise Refused("客户号不正确", code="grant.bad_number")
    indexes = {personal.bank_number_index(one): one for one in numbers}
    own = scope.clients(by, first=2)
    rows = await database.fetch(BY_NUMBER.format(scope=own.sql), list(indexes), *own.arguments)
    found = {row["value"] for row in rows}
    return Named(
        sorted({row["id"] for row in rows}), [number for index, number in indexes.items() if index not in found]
    )


async def propose(benefit_id: int, client_ids: Sequence[int], reason: str, by: Staff) -> Approval:
    """Ask for a benefit for these clients in its present period.

    Refused: no reason, inactive, the stock doesn't suffice, or all have it. NotFound: a client out of scope.
    """
    permissions.require(by, "grants.make")
    if not reason.strip():
        raise Refused("请写明发放的原因", code="grant.reason")
    benefit = await Benefit.get_or_none(id=benefit_id)
    if benefit is None or not benefit.is_active:
        raise Refused("没有这项权益，或已停用", code="benefit.inactive")
    wanted = await _visible(client_ids, by)
    period = periods.name_of(benefit.period, clock.today())
    have = int(await database.fetch_value(HAVE, benefit.id, period, wanted))
    missing = len(wanted) - have
    if not missing:
        raise Refused("这些客户在本周期都已领过这项权益", code="grant.all_have_it")
    if benefit.stock is not None and benefit.stock < missing:
        raise Refused(f"库存只剩 {benefit.stock} 份，不够发给 {missing} 位客户", code="benefit.out_of_stock")
    async with database.transaction():
        order = await GrantOrder.create(
            benefit=benefit, period=period, reason=reason.strip()[:200], clients=wanted, by=by
        )
        await audit.record(by, "grant.proposed", SUBJECT, order.id, benefit=benefit.code, clients=len(wanted))
        return await approvals.ask(
            SUBJECT,
            order.id,
            approval_kinds.hash_of(_content(order, benefit)),
            _summary(order, benefit, have, by),
            by,
            size=benefit.value_fen * missing,
            touches=_refs(order, benefit),
        )


async def _visible(client_ids: Sequence[int], by: Staff) -> list[int]:
    wanted = sorted(set(client_ids))
    if not wanted or len(wanted) > MOST:
        raise Refused(f"请选择 1 至 {MOST} 位客户", code="grant.no_clients")
    own = scope.clients(by, first=2)
    rows = await database.fetch(VISIBLE.format(scope=own.sql), wanted, *own.arguments)
    if len(rows) != len(wanted):
        raise NotFound
    return wanted


def _content(order: GrantOrder, benefit: Benefit) -> dict[str, Any]:
    # the benefit as it is now: a new value or another partner is another question
    return {
        "benefit": [benefit.id, benefit.code, benefit.name, benefit.value_fen, benefit.partner],
        "clients": order.clients,
        "period": order.period,
        "reason": order.reason,
    }


def _summary(order: GrantOrder, benefit: Benefit, have: int, by: Staff) -> dict[str, Any]:
    people = len(order.clients)
    shown = "、".join(str(one) for one in order.clients[:SHOWN])
    lines = [
        ["权益", benefit.name],
        ["周期", periods.label(order.period)],
        ["客户", f"{people} 位"],
        ["客户编号", f"{shown} 等" if people > SHOWN else shown],
        ["单份价值", yuan(benefit.value_fen)],
        ["合计价值", yuan(benefit.value_fen * (people - have))],
        ["库存", "不限" if benefit.stock is None else f"{benefit.stock} 份"],
        ["原因", order.reason],
    ]
    if have:
        lines.insert(3, ["本周期已领过", f"{have} 位，不会重复发放"])
    if benefit.partner:
        lines.insert(1, ["合作方", benefit.partner])
    return {"title": f"发放权益：{benefit.name}", "lines": lines, "branch_id": by.branch_id}


def _refs(order: GrantOrder, benefit: Benefit) -> list[str]:
    partner = [f"company:{benefit.partner}"] if benefit.partner else []
    return [*partner, *(f"client:{one}" for one in order.clients)]


def yuan(fen: int) -> str:
    """An amount as the lines of a question say it."""
    return f"{fen / 100:,.2f} 元"


async def _hash(order_id: int) -> str | None:
    order = await GrantOrder.get_or_none(id=order_id).select_related("benefit")
    return approval_kinds.hash_of(_content(order, order.benefit)) if order is not None else None


async def _touches(order_id: int) -> list[str]:
    order = await GrantOrder.get_or_none(id=order_id).select_related("benefit")
    return _refs(order, order.benefit) if order is not None else []


async def _apply(asked: Approval, by: Staff) -> None:
    order = await GrantOrder.get(id=asked.subject_id).select_related("benefit", "by")
    made = await benefits.grant_many(order.benefit_id, order.clients, order.period, order.by)
    order.granted = len(made)
    await order.save(update_fields=["granted"])
    await audit.record(by, "grant.made", SUBJECT, order.id, benefit=order.benefit.code, granted=len(made))


KIND = approval_kinds.register(
    Kind(SUBJECT, "发放权益", see="clients.see", content_hash=_hash, apply=_apply, touches=_touches)
)
