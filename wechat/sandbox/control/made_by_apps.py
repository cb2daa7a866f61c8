"""The truth about what a corp's apps made: departments, ways in, transfers, moments, links, messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from wechat.sandbox.corps import Corp

Rows = list[dict[str, Any]]
PARTS: dict[str, Callable[[Corp], Rows]] = {
    "departments": lambda corp: [{"id": number, **row} for number, row in corp.departments.items()],
    "member_tags": lambda corp: [asdict(one) for one in corp.member_tags.values()],
    "contact_ways": lambda corp: [asdict(one) for one in corp.contact_ways.values()],
    "join_ways": lambda corp: [asdict(one) for one in corp.join_ways.values()],
    "transfers": lambda corp: [asdict(one) for one in corp.transfers],
    "moments": lambda corp: [asdict(one) for one in corp.moments.values()],
    "links": lambda corp: [asdict(one) for one in corp.links.values()],
    "group_welcomes": lambda corp: [asdict(one) for one in corp.group_welcomes.values()],
    "app_messages": lambda corp: [asdict(one) for one in corp.app_messages.values()],
}


def show(corp: Corp, part: str) -> Rows:
    """One part of what the apps made."""
    return PARTS[part](corp)
