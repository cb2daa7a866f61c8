"""What the preflight says of the platform's allowances: how many of the audience may get no more in the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from campaigns.audience import deciding, reach
from campaigns.content.findings import Finding
from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign, Step
from community.sending import quota_overview, quotas
from kernel import clock, database
from wechat import limits
from wechat.limits import GROUP_MESSAGE

FULL = """
WITH {used}
SELECT count(*)::int AS people, count(*) FILTER (WHERE coalesce(used.n, 0) + $5 > $4)::int AS short
FROM ({decided}) d JOIN client c ON c.id = d.client_id CROSS JOIN LATERAL ({way}) way
LEFT JOIN used ON used.recipient = way.recipient
WHERE d.decision = 'due'
"""
MASS = """
SELECT count(*)::int FROM ({decided}) d JOIN (
    SELECT client_id FROM send WHERE channel = 'oa_mass' AND client_id IS NOT NULL
        AND state NOT IN ('failed', 'skipped', 'planned') AND coalesce(delivered_at, requested_at) >= $1::timestamptz
    GROUP BY client_id HAVING count(*) >= $2::int
) full_up ON full_up.client_id = d.client_id WHERE d.decision = 'due' AND d.channel = 'oa_mass'
"""


async def findings(campaign: Campaign, steps: Sequence[Step]) -> list[Finding]:
    """A second look where the platform lets fewer messages through than the campaign plans; empty where all fit."""
    at = campaign.starts_at or clock.now()
    await limits.refresh()
    if campaign.channel == "wecom_message":
        return await _group_messages(campaign, messages_each(campaign, steps), at)
    if campaign.channel == "oa_mass":
        return await _mass_sends(campaign, at)
    if campaign.channel in quotas.ACCOUNT:
        return await _account(campaign.channel, at)
    return []


def messages_each(campaign: Campaign, steps: Sequence[Step]) -> int:
    """How many marketing messages one person of the audience gets, if all of them apply; at least one."""
    plans = [kind.of(campaign.kind).step(step.code) for step in steps if step.text.strip()]
    return max(1, sum(plan.purpose == "marketing" for plan in plans))


async def _group_messages(campaign: Campaign, each: int, at: datetime) -> list[Finding]:
    limit, now = limits.at(GROUP_MESSAGE, at), clock.now()
    allowed = limit.number(at)
    if each > allowed:
        message = f"每位客户会收到 {each} 条群发，超过企业微信的上限（{limit.label}），多出的会顺延"
        return [Finding("quota.steps", message, "减少消息条数，或拉开发送日期", "starts_at", is_blocking=False)]
    if limit.began(at) > now:
        return []
    decided = await deciding.statement(await listing.audience_of(campaign), first=6)
    way = reach.way(("wecom_message",), now, first=6 + len(decided.arguments))
    row = await database.fetch_one(
        FULL.format(used=quota_overview.USED, decided=decided.sql, way=way.sql),
        *("wecom_message", limit.began(now), quotas.held_from(limit, now), allowed, each),
        *decided.arguments,
        *way.arguments,
    )
    if not row or not row["short"]:
        return []
    until = f"{clock.local(limit.frees(now)):%m月%d日}"
    message = f"有 {row['short']} 位客户的企业微信群发额度（{limit.label}）不够，消息会顺延到 {until}，过期则不发"
    return [Finding("quota.clients", message, "改期到额度恢复之后，或换一个渠道", "starts_at", is_blocking=False)]


async def _mass_sends(campaign: Campaign, at: datetime) -> list[Finding]:
    limit = limits.at(quotas.COUNTED["oa_mass"], at)
    if limit.began(at) > clock.now():
        return []
    decided = await deciding.statement(await listing.audience_of(campaign), first=3)
    short = await database.fetch_value(
        MASS.format(decided=decided.sql), limit.began(at), limit.number(at), *decided.arguments
    )
    if not short:
        return []
    message = f"有 {short} 位粉丝本月已收满 {limit.number(at)} 次群发，微信不会再送达"
    return [Finding("quota.mass", message, "加一个备用渠道，或改到下个月", "starts_at", is_blocking=False)]


async def _account(channel: str, at: datetime) -> list[Finding]:
    of_channel = [one for (name, _), one in (await quotas.of_accounts()).items() if name == channel]
    standing = min(of_channel, key=lambda one: one.left, default=None)
    if standing is None or at >= standing.frees_at or standing.left > standing.allowed // 10:
        return []
    message = f"公众号今天的发送额度只剩 {standing.left} 条（共 {standing.allowed} 条），超出的会顺延到明天"
    return [Finding("quota.account", message, "改到明天发送", "starts_at", is_blocking=False)]
