"""How many of an audience each channel could reach right now: ties, windows, credits, and what quotas leave."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from campaigns.audience import deciding, reach
from campaigns.audience.deciding import Audience
from community.sending import quota_overview, quotas
from kernel import clock, database
from wechat import limits
from wechat.limits import GROUP_MESSAGE

CHANNELS = ("wecom_message", "oa_service", "oa_mass", "oa_template", "oa_subscribe")
WHAT = {
    "wecom_message": "企业微信好友，群发额度未用完",
    "oa_service": "公众号客服窗口正开着",
    "oa_mass": "关注了公众号",
    "oa_template": "关注了有通知模板的公众号",
    "oa_subscribe": "还有订阅通知次数",
}
_FULL = """
WITH {used}
SELECT count(*) FILTER (WHERE coalesce(used.n, 0) >= $4)::int AS used_up
FROM ({members}) m JOIN client c ON c.id = m.id CROSS JOIN LATERAL ({way}) way
LEFT JOIN used ON used.recipient = way.recipient
"""


class ChannelReach(NamedTuple):
    """One channel. clients: reachable by it; open: of these, who could get a message now; left: messages that the
    account may still send in its window, None where nothing is counted; frees_at: when the allowance comes back."""

    channel: str
    label: str
    what: str
    clients: int
    open: int
    left: int | None = None
    frees_at: datetime | None = None


async def now(audience: Audience) -> list[ChannelReach]:
    """All channels to single clients, for the people whom scope and conditions find, before anybody is left out."""
    moment = clock.now()
    await limits.refresh()
    members = await deciding.members(audience)
    arguments, columns = list(members.arguments), []
    for channel in CHANNELS:
        piece = reach.condition(channel, moment, first=len(arguments) + 1)
        arguments += piece.arguments
        columns.append(f"count(*) FILTER (WHERE {piece.sql})::int AS {channel}")
    # names of channels are ours, and so is every piece of SQL
    sql = f"SELECT {', '.join(columns)} FROM ({members.sql}) m JOIN client c ON c.id = m.id"  # noqa: S608
    found = await database.fetch_one(sql, *arguments) or {}
    used_up = await _used_up(audience, moment)
    accounts = await quotas.of_accounts()
    return [_line(channel, int(found.get(channel) or 0), used_up, accounts) for channel in CHANNELS]


def _line(channel: str, clients: int, used_up: int, accounts: dict[tuple[str, str], quotas.Standing]) -> ChannelReach:
    label, what = reach.CHANNELS[channel], WHAT[channel]
    if channel == "wecom_message":
        frees = limits.at(GROUP_MESSAGE, clock.now()).frees(clock.now()) if used_up else None
        return ChannelReach(channel, label, what, clients, clients - used_up, None, frees)
    standings = [standing for (name, _app), standing in accounts.items() if name == channel]
    if not standings:
        return ChannelReach(channel, label, what, clients, clients)
    left = sum(one.left for one in standings)
    frees = min(one.frees_at for one in standings) if left < clients else None
    return ChannelReach(channel, label, what, clients, min(clients, left), left, frees)


async def _used_up(audience: Audience, moment: datetime) -> int:
    limit = limits.at(GROUP_MESSAGE, moment)
    members = await deciding.members(audience, first=5)
    way = reach.way(("wecom_message",), moment, first=5 + len(members.arguments))
    row = await database.fetch_one(
        _FULL.format(used=quota_overview.USED, members=members.sql, way=way.sql),
        *("wecom_message", limit.began(moment), quotas.held_from(limit, moment), limit.number(moment)),
        *members.arguments,
        *way.arguments,
    )
    return int(row["used_up"]) if row else 0
