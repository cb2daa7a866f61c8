"""Group message (客户群群发): one text into client groups, a job for each owner that the owner confirms."""

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

# an owner who is no member of staff (any more) can't confirm anything
GROUPS = """
SELECT g.chat_id AS recipient, g.owner_userid AS sender_userid, g.corpid AS app, g.name AS label,
    owner.branch_id, coalesce(inside.people, 0)::int AS people
FROM client_group g JOIN staff owner ON owner.id = g.owner_id AND owner.is_active
LEFT JOIN LATERAL (SELECT count(*) AS people FROM membership m
    WHERE m.group_id = g.id AND m.is_client AND m.left_at IS NULL) inside ON TRUE
WHERE g.status = 'active' AND g.owner_userid <> '' AND {scope}
    AND ({tag} = '' OR g.local_tags ? {tag}) AND ({words} = '' OR g.name ILIKE '%' || {words} || '%')
    AND ({owner} = '' OR g.owner_userid = {owner}) AND coalesce(inside.people, 0) >= {least}
"""


class GroupMessage(Kind):
    """Chooses groups by name, tag, owner and size within the reach of its author."""

    code = "group_message"
    label = "客户群群发"
    channels = ("wecom_group",)
    steps = (StepPlan("main", "群消息", text="各位客户好，"),)
    is_open = True

    async def save(self, campaign: Campaign, details: Mapping[str, Any]) -> None:
        """Which groups: words of the name, a tag, one owner, at least so many clients."""
        await choosing.save(
            campaign,
            words=choosing.words(details.get("words")),
            tag=choosing.words(details.get("tag")),
            owner_userid=choosing.words(details.get("owner_userid")),
            least_clients=moments.whole(details.get("least_clients")),
        )

    async def details(self, campaign: Campaign) -> dict[str, Any]:
        """What the approver sees of the choice."""
        return await choosing.read(campaign)

    async def targets(self, campaign: Campaign, *, first: int = 1) -> Compiled:
        """The groups as they are now."""
        author, chosen = await Staff.get(id=campaign.author_id), await choosing.read(campaign)
        allowed = scope.groups(author, first=first + 4)
        sql = GROUPS.format(
            scope=allowed.sql,
            words=f"${first}::text",
            tag=f"${first + 1}::text",
            owner=f"${first + 2}::text",
            least=f"${first + 3}::int",
        )
        words = chosen.get("words", "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        given = [words, chosen.get("tag", ""), chosen.get("owner_userid", ""), chosen.get("least_clients", 0)]
        return Compiled(sql, [*given, *allowed.arguments])

    async def findings(self, campaign: Campaign) -> list[Finding]:
        """No group at all, or owners with more than one job to confirm."""
        return await choosing.findings(await self.targets(campaign), "客户群", "群主")
