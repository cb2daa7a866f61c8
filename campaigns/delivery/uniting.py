"""Two clients turn out to be one person: whoever is in the control group of a campaign under any name hears nothing."""

from __future__ import annotations

from community.clients import merging
from community.sending import leases
from kernel import clock, database

REASON = "control_arm"
IS_CONTROL = """EXISTS (SELECT FROM client gone JOIN delivery drawn ON drawn.client_id = gone.id
    WHERE gone.merged_into_id = c.id AND drawn.campaign_id = d.campaign_id AND drawn.arm = 'control')"""
"""Whether a client that was merged into `c` was drawn into the control group of the campaign of `d`."""

# the row of the delivery may have stayed with the client that is gone, so both are asked
_OF_CONTROL = """client_id = {keep} AND campaign_id IN (
    SELECT campaign_id FROM delivery WHERE arm = 'control' AND client_id IN ({keep}, {gone}))"""
_SKIP = """
UPDATE send SET state = 'skipped', reason = $1, ended_at = $2, counted_on = NULL WHERE state = 'planned' AND {which}
"""


async def skip_control(keep_id: int, gone_id: int) -> None:
    """Inside the transaction of a merge: end what is not on its way yet and would reach a control client.

    What a dispatcher has only claimed is taken back: it finds it gone at its last check.
    """
    await leases.put_back("state = 'leased' AND " + _OF_CONTROL.format(keep="$2", gone="$3"), keep_id, gone_id)
    which = _OF_CONTROL.format(keep="$3", gone="$4")
    await database.execute(_SKIP.format(which=which), REASON, clock.now(), keep_id, gone_id)


merging.register(skip_control)
