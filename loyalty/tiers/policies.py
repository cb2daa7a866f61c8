"""Tier policies kept as data: presets that are shipped, saving one with its effective day, and the one in force."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from kernel.errors import Refused
from loyalty.tiers import rules
from loyalty.tiers.models import TierPolicy

FOLDER = Path(__file__).parent / "presets"


def presets() -> dict[str, dict[str, Any]]:
    """The shipped schemes by code: name, source, definition.

    Schemes on points (ICBC's stars) or on assets with the bank's own coefficients (CIB) need data of the bank first.
    """
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


async def load_preset(code: str, effective_on: date) -> TierPolicy:
    """Put a preset in force from a day on; a second call for the same day changes nothing."""
    preset = presets()[code]
    return await save(code, preset["name"], preset["definition"], effective_on, source=preset["source"])


async def save(code: str, name: str, definition: dict[str, Any], effective_on: date, *, source: str = "") -> TierPolicy:
    """Keep a policy with its effective day. Refused: the definition has faults, or that day has another one already."""
    try:
        rules.read_policy(definition)
    except rules.BadPolicy as bad:
        raise Refused(f"分层规则有误：{bad}", code="tiers.bad_policy") from bad
    row, is_new = await TierPolicy.get_or_create(
        code=code, effective_on=effective_on, defaults={"name": name, "definition": definition, "source": source}
    )
    if not is_new and row.definition != definition:
        raise Refused("这一天已有生效的规则，请换一个生效日", code="tiers.policy_taken")
    return row


async def in_force(day: date) -> tuple[int, rules.Policy]:
    """(id, policy) with the latest effective day not after `day`. Refused: none yet."""
    row = await row_in_force(day)
    if row is None:
        raise Refused("还没有生效的客户分层规则", code="tiers.no_policy")
    return row.id, rules.read_policy(row.definition)


async def row_in_force(day: date) -> TierPolicy | None:
    """The same as it is kept, or None."""
    return await TierPolicy.filter(effective_on__lte=day).order_by("-effective_on", "-id").first()


async def get(policy_id: int) -> rules.Policy:
    """The policy of a review."""
    return rules.read_policy((await TierPolicy.get(id=policy_id)).definition)
