"""Moments (朋友圈): one post that members confirm and all their clients can see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience.conditions import Compiled
from campaigns.content.findings import Finding
from campaigns.kinds import choosing, moments
from campaigns.planning.kind import Kind, StepPlan
from campaigns.planning.models import Campaign
from staff import scope
from staff.models import Staff

MEMBERS = """
SELECT s.wecom_userid AS recipient, '' AS sender_userid, known.corpid AS app, s.name AS label, s.branch_id,
    known.people::int AS people
FROM staff s JOIN LATERAL (
    SELECT contact.corpid, count(DISTINCT contact.client_id) AS people FROM contact
    WHERE contact.staff_id = s.id AND contact.userid = s.wecom_userid AND contact.ended_at IS NULL
    GROUP BY contact.corpid ORDER BY people DESC LIMIT 1
) known ON TRUE
WHERE s.is_active AND s.wecom_userid IS NOT NULL AND {scope}
    AND ({owner} = '' OR s.wecom_userid = {owner}) AND known.people >= {least}
"""


class MomentsPost(Kind):
    """Chooses members within the reach of its author; WeCom shows a client at most three such posts a day."""

    code = "moments"
    label = "朋友圈"
    channels = ("moments",)
    steps = (StepPlan("main", "朋友圈正文"),)
    is_open = True

    async def save(self, campaign: Campaign, details: Mapping[str, Any]) -> None:
        """Which members: one of them, or all with at least so many clients."""
        await choosing.save(
            campaign,
            owner_userid=choosing.words(details.get("owner_userid")),
            least_clients=moments.whole(details.get("least_clients")),
        )

    async def details(self, campaign: Campaign) -> dict[str, Any]:
        """What the approver sees of the choice."""
        return await choosing.read(campaign)

    async def targets(self, campaign: Campaign, *, first: int = 1) -> Compiled:
        """The members as they are now, with how many clients each of them knows."""
        author, chosen = await Staff.get(id=campaign.author_id), await choosing.read(campaign)
        allowed = scope.staff(author, first=first + 2)
        sql = MEMBERS.format(scope=allowed.sql, owner=f"${first}::text", least=f"${first + 1}::int")
        given = [chosen.get("owner_userid", ""), chosen.get("least_clients", 0)]
        return Compiled(sql, [*given, *allowed.arguments])

    async def findings(self, campaign: Campaign) -> list[Finding]:
        """Nobody who could post it."""
        return await choosing.findings(await self.targets(campaign), "员工", "员工")
