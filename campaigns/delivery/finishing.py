"""A campaign ends when all its messages are planned or missed and nothing of them is open any more."""

from __future__ import annotations

from datetime import timedelta

from campaigns.delivery import fallbacks
from campaigns.planning import running
from community.sending.channels.table import JOBS
from kernel import clock, database

# a job that members don't confirm for so long is not waited for; its results are still read when they come
CONFIRM_WITHIN = timedelta(days=3)

_STEPS_DONE = """
UPDATE step SET state = 'done' WHERE state = 'planned' AND NOT EXISTS (
    SELECT FROM send WHERE send.campaign_id = step.campaign_id AND send.step = step.code AND {open})
"""
_OPEN = """(send.state IN ('planned', 'leased', 'requested', 'unknown')
    OR (send.state IN ('accepted', 'confirmed') AND send.channel = ANY($2::text[]) AND send.accepted_at > $1))"""
_READY = """
SELECT campaign.id FROM campaign
WHERE campaign.state = 'sending' AND campaign.frozen_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM step WHERE step.campaign_id = campaign.id AND step.state IN ('waiting', 'planned'))
ORDER BY campaign.id
"""


async def finish_all() -> list[int]:
    """Mark steps done and campaigns finished; returns the campaigns that ended now."""
    await fallbacks.plan_all()
    await database.execute(_STEPS_DONE.format(open=_OPEN), clock.now() - CONFIRM_WITHIN, list(JOBS))
    ready = [row["id"] for row in await database.fetch(_READY)]
    # a message may have failed a moment ago and still have another way to go
    return [one for one in ready if not await fallbacks.plan(one) and await running.finish(one)]
