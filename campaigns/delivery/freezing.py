"""The audience of a campaign is frozen once, in one statement: a row for everybody, with arm, decision and reason."""

from __future__ import annotations

from datetime import timedelta

from campaigns.audience import deciding
from campaigns.delivery import targets
from campaigns.planning import arbitration, kind, listing, running
from campaigns.planning.models import Campaign, Step
from kernel import clock, crashpoints, database

FREEZE = """
INSERT INTO delivery (campaign_id, client_id, branch_id, tier, bucket, decision, arm, variant, channel, note)
SELECT $1::bigint, decided.client_id, decided.branch_id, decided.tier, decided.bucket, decided.decision, decided.arm,
    decided.variant, decided.channel, decided.note
FROM ({decided}) decided
ON CONFLICT (campaign_id, client_id) DO NOTHING
"""
UNFROZEN = "SELECT id FROM campaign WHERE state = 'sending' AND frozen_at IS NULL ORDER BY id"


async def freeze(campaign_id: int) -> int:
    """Freeze the audience of a started campaign and say when its messages are due; returns how many people.

    A second call changes nothing and returns 0. A start that lay idle longer than the campaign may be late is paused.
    """
    async with database.transaction():
        campaign = await listing.lock(campaign_id, None)
        if campaign.state != "sending" or campaign.frozen_at is not None:
            return 0
        if not _is_stale(campaign):
            return await _freeze(campaign)
    await running.pause(campaign_id, "开始之后系统中断太久，没有自动发送", None)
    return 0


async def unfrozen() -> list[int]:
    """Campaigns that were started and whose audience isn't frozen yet: a worker died in between."""
    return [row["id"] for row in await database.fetch(UNFROZEN)]


async def _freeze(campaign: Campaign) -> int:
    # from here on the clock of the campaign runs: people who come later are not part of it
    if kind.of(campaign.kind).is_open:
        people = await targets.freeze(campaign)
    else:
        decided = await deciding.statement(await arbitration.audience_of(campaign), first=2)
        people = await database.execute(FREEZE.format(decided=decided.sql), campaign.id, *decided.arguments)
    crashpoints.pass_by("freezing.before_commit")
    campaign.frozen_at = clock.now()
    await campaign.save(update_fields=["frozen_at"])
    chosen = kind.of(campaign.kind)
    for code, due_at in (await chosen.due_times(campaign, campaign.frozen_at)).items():
        await Step.filter(campaign_id=campaign.id, code=code).update(due_at=due_at)
    await chosen.on_frozen(campaign)
    return people


def _is_stale(campaign: Campaign) -> bool:
    if campaign.started_at is None:
        return False
    return clock.now() - campaign.started_at > timedelta(minutes=campaign.late_minutes)
