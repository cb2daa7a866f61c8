"""What is to say about a pilot before it is approved: that it would find nobody, and so try nothing."""

from __future__ import annotations

from campaigns.content.findings import Finding
from campaigns.planning import confirmations, kind, pilots
from campaigns.planning.models import Campaign, Step
from kernel import database

_TARGETS = "SELECT EXISTS (SELECT FROM ({targets}) t WHERE {is_own})"
_SENDERS = "SELECT EXISTS (SELECT FROM unnest($1::text[]) AS one(userid) WHERE {is_own})"


async def findings(campaign: Campaign, first: Step, due: int) -> list[Finding]:
    """A pilot without anybody in it; everybody would only hear later. due: how many people the campaign speaks to."""
    if not pilots.has(campaign) or not due:
        return []
    if campaign.pilot_own:
        if await _has_own(campaign, first):
            return []
        message = "试点范围里没有人：制作人本机构没有要发送的员工，所有客户都会等到试点之后"
        fix = "改为按比例试点，或不试点"
    elif due * campaign.pilot_percent >= 100:
        return []
    else:
        message = f"试点比例 {campaign.pilot_percent}% 在 {due} 人中不到 1 人，试点可能没有人收到"
        fix = "提高试点比例，或不试点"
    return [Finding("pilot.nobody", message, fix, "pilot_who", is_blocking=False)]


async def _has_own(campaign: Campaign, first: Step) -> bool:
    chosen = kind.of(campaign.kind)
    if chosen.is_open:
        targets = await chosen.targets(campaign)
        sql = _TARGETS.format(targets=targets.sql, is_own=pilots.own_sql(campaign, pilots.BEHIND))
        return bool(await database.fetch_value(sql, *targets.arguments))
    userids = [line.userid for line in await confirmations.load(campaign, first)]
    return bool(await database.fetch_value(_SENDERS.format(is_own=pilots.own_sql(campaign, "one.userid")), userids))
