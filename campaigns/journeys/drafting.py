"""Writing journeys: create from a template, save with an optimistic version, copy. An edit voids what was asked."""

from __future__ import annotations

import secrets
from typing import Any

from campaigns.journeys import definition, listing, steadiness
from campaigns.journeys.definition import Definition
from campaigns.journeys.models import Journey, JourneyVersion
from community.suitability import products
from kernel import database
from kernel.errors import Refused
from staff import approvals, audit, permissions
from staff.models import Staff

SUBJECT = steadiness.SUBJECT
MOST_PRODUCTS = 20


async def create(name: str, by: Staff, rules: Definition | None = None) -> Journey:
    """Start a draft, empty or with the rules of a template. Refused: no name."""
    permissions.require(by, "campaigns.edit")
    async with database.transaction():
        journey = await Journey.create(
            name=_name(name),
            draft=definition.copied(rules) if rules is not None else definition.empty(),
            salt=secrets.token_hex(8),
            branch_id=by.branch_id,
            author_id=by.id,
            last_editor_id=by.id,
        )
        await audit.record(by, "journey.created", SUBJECT, journey.id)
    return journey


async def save(journey_id: int, name: str, rules: Definition, by: Staff, seen_version: int) -> Journey:
    """Save a draft over the version that was seen; a question that waits about it is void. What runs goes on.

    Refused: changed by another meanwhile, ended, too many steps. Saving the same changes nothing.
    """
    permissions.require(by, "campaigns.edit")
    definition.check_shape(rules)
    rules["products"] = await _products(rules["products"])
    async with database.transaction():
        journey = await listing.lock(journey_id, by)
        if journey.version != seen_version:
            raise Refused("另一位同事刚修改过这条旅程，请刷新后再改", code="journey.version", status=409)
        if journey.state == "ended":
            raise Refused("旅程已结束，不能再修改；可以复制一份", code="journey.illegal_move", status=409)
        if (journey.name, journey.draft) == (_name(name), rules):
            return journey
        await void_question(journey, "内容有修改")
        journey.name, journey.draft, journey.review = _name(name), rules, ""
        journey.version, journey.last_editor_id = seen_version + 1, by.id
        await journey.save()
        await audit.record(by, "journey.edited", SUBJECT, journey.id, version=journey.version)
    return journey


async def copy(journey_id: int, by: Staff) -> Journey:
    """A new draft with the same rules and a draw of its own."""
    source = await listing.get(journey_id, by)
    async with database.transaction():
        made = await create(f"{source.name[:76]} 副本", by, source.draft)
        await audit.record(by, "journey.copied", SUBJECT, made.id, source=source.id)
    return made


async def void_question(journey: Journey, reason: str) -> None:
    """A question about the draft that nobody has answered yet no longer counts; what runs was approved before."""
    for asked in await JourneyVersion.filter(journey_id=journey.id, approved_at=None):
        await approvals.void(SUBJECT, asked.id, reason)


async def _products(codes: list[Any]) -> list[str]:
    chosen = sorted({str(code) for code in codes})
    if len(chosen) > MOST_PRODUCTS or len(await products.of_codes(chosen)) != len(chosen):
        raise Refused("有一个产品不存在，请重新选择", code="journey.products")
    return chosen


def _name(name: str) -> str:
    if not name.strip():
        raise Refused("请填写旅程名称", code="journey.name_missing")
    if len(name.strip()) > 80:
        raise Refused("旅程名称最多 80 个字", code="journey.name_long")
    return name.strip()
