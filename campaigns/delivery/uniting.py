"""Two clients turn out to be one person: each message is heard once, and none where either was a control client."""

from __future__ import annotations

from community.clients import merging
from community.sending import leases
from kernel import clock, database

REASON = "control_arm"
DOUBLE = "duplicate_identity"
WITH_CONTROL = """
SELECT gone.merged_into_id AS client_id FROM delivery drawn JOIN client gone ON gone.id = drawn.client_id
WHERE drawn.campaign_id = $1::bigint AND drawn.arm = 'control' AND gone.merged_into_id IS NOT NULL
"""
"""Clients into whom one was merged that had been drawn into the control group of the campaign $1; very few."""

# the row of the delivery may have stayed with the client that is gone, so both are asked
_OF_CONTROL = """client_id = {keep} AND campaign_id IN (
    SELECT campaign_id FROM delivery WHERE arm = 'control' AND client_id IN ({keep}, {gone}))"""
_SKIP = """
UPDATE send SET state = 'skipped', reason = $1, ended_at = $2, counted_on = NULL WHERE state = 'planned' AND {which}
"""
# another message of the same step to the same person: `{which}` of the others counts
_TWIN = """client_id = {keep} AND campaign_id IS NOT NULL AND EXISTS (
    SELECT FROM send other WHERE other.client_id = {keep} AND other.campaign_id = send.campaign_id
        AND other.step = send.step AND other.id <> send.id AND ({which}))"""
_OPEN = "other.state NOT IN ('failed', 'skipped')"
_EARLIER = f"{_OPEN} AND (other.state <> 'planned' OR other.id < send.id)"


async def skip_control(keep_id: int, gone_id: int) -> None:
    """Inside the transaction of a merge: end what is not on its way yet and would reach a control client.

    What a dispatcher has only claimed is taken back: it finds it gone at its last check.
    """
    await leases.put_back("state = 'leased' AND " + _OF_CONTROL.format(keep="$2", gone="$3"), keep_id, gone_id)
    which = _OF_CONTROL.format(keep="$3", gone="$4")
    await database.execute(_SKIP.format(which=which), REASON, clock.now(), keep_id, gone_id)


async def skip_doubles(keep_id: int, _gone_id: int) -> None:
    """Inside the transaction of a merge: of the same message to both only one stays, none where one may have arrived.

    What is only claimed is taken back before; the oldest of those that wait is the one that stays.
    """
    await leases.put_back("state = 'leased' AND " + _TWIN.format(keep="$2", which=_OPEN), keep_id)
    which = _TWIN.format(keep="$3", which=_EARLIER)
    await database.execute(_SKIP.format(which=which), DOUBLE, clock.now(), keep_id)


merging.register(skip_control)
merging.register(skip_doubles)
