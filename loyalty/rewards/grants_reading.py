"""What became of the benefits that a person asked for by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from loyalty.rewards import granting
from loyalty.rewards.models import GrantOrder
from staff.models import Approval, Staff

LATEST = 20


@dataclass(frozen=True)
class OrderLine:
    """An order with its approval; granted, had: how many got it then, and how many had it already."""

    benefit: str
    period: str
    clients: int
    at: datetime
    state: str
    note: str
    granted: int | None
    had: int


async def orders_of(person: Staff) -> list[OrderLine]:
    """The person's own newest orders."""
    orders = await GrantOrder.filter(by_id=person.id).order_by("-id").limit(LATEST).select_related("benefit")
    found = await Approval.filter(subject=granting.SUBJECT, subject_id__in=[one.id for one in orders])
    asked = {one.subject_id: one for one in found}
    return [_line(order, asked[order.id]) for order in orders if order.id in asked]


def _line(order: GrantOrder, asked: Approval) -> OrderLine:
    people = len(order.clients)
    had = people - order.granted if order.granted is not None else 0
    return OrderLine(
        order.benefit.name, order.period, people, order.created_at, asked.state, asked.note, order.granted, had
    )
