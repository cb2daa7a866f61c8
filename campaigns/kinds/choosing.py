"""Which groups or members a campaign speaks through: a few plain wishes, kept with it and approved with it."""

from __future__ import annotations

from typing import Any

from campaigns.audience.conditions import Compiled
from campaigns.content.findings import Finding
from campaigns.planning.models import Campaign
from kernel import database
from kernel.errors import Refused

LONGEST = 40
SUMMED = "SELECT count(*)::int AS targets, coalesce(sum(people), 0)::int AS people FROM ({targets}) t"


async def save(campaign: Campaign, **wishes: str | int) -> None:
    """Keep the wishes in place of the older ones; empty ones ask nothing and are not kept."""
    campaign.chosen = {name: value for name, value in wishes.items() if value}
    await campaign.save(update_fields=["chosen"])


async def read(campaign: Campaign) -> dict[str, Any]:
    """The wishes as kept."""
    return dict(campaign.chosen)


def words(value: Any) -> str:
    """A short wish in words. Refused: too long."""
    found = str(value or "").strip()
    if len(found) > LONGEST:
        raise Refused(f"最多 {LONGEST} 个字", code="choice.long")
    return found


async def counted(targets: Compiled) -> tuple[int, int]:
    """How many groups or members, and how many clients there."""
    row = await database.fetch_one(SUMMED.format(targets=targets.sql), *targets.arguments)
    return (row["targets"], row["people"]) if row else (0, 0)


async def findings(targets: Compiled, what: str, who: str) -> list[Finding]:
    """Nothing chosen; or that nobody outside can be kept from reading it."""
    number, people = await counted(targets)
    if not number:
        message = f"没有符合条件的{what}，或{who}没有关联在职员工"
        return [Finding("targets.none", message, "放宽条件", "details")]
    message = f"将由{who}确认后发到 {number} 个{what}，约 {people} 位客户看得到；公开场合不能介绍私募或高风险产品"
    return [Finding("targets.open", message, "核对正文", "details", is_blocking=False)]
