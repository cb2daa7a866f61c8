"""How often each member of staff will have to confirm: a WeCom task carries one text, so personal texts split tasks."""

from __future__ import annotations

from typing import NamedTuple

from campaigns.audience import deciding, reach
from campaigns.content import placeholders
from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign, Step
from kernel import clock, database

CLIENTS_PER_TASK = 10_000

# what makes two clients of one sender get different texts, as SQL over client c and decided row d
_DIFFERENCES = {
    "称呼": "c.id::text",
    "客户经理": "c.owner_id::text",
    "客户等级": "d.tier",
    "活动链接": "''",
}


class Load(NamedTuple):
    """What one sender will have to do; with 称呼 the number of confirmations is an upper bound."""

    userid: str
    name: str
    clients: int
    confirmations: int


async def load(campaign: Campaign, step: Step) -> list[Load]:
    """The confirmations of each sender for one step, the most burdened first; empty for channels without them."""
    chosen = kind.of(campaign.kind)
    plan = chosen.step(step.code)
    channels = reach.channels_of(plan.purpose, plan.channel or campaign.channel)
    if "wecom_message" not in channels or not step.text.strip():
        return []
    used = placeholders.used(step.text) & set(_DIFFERENCES)
    pieces = [_DIFFERENCES[name] for name in sorted(used)]
    if chosen.has_personal_links and "活动链接" in used:
        pieces.append("c.id::text")
    decided = await deciding.statement(await listing.audience_of(campaign))
    way = reach.way(channels, clock.now(), first=len(decided.arguments) + 1)
    text = f"concat_ws('|', {', '.join(pieces)})" if pieces else "''"
    # every piece is SQL of our own, values are arguments
    sql = f"""
        SELECT per_text.sender_userid, COALESCE(staff.name, '') AS name, sum(per_text.clients)::bigint AS clients,
            sum(ceil(per_text.clients / {CLIENTS_PER_TASK}.0))::bigint AS confirmations
        FROM (
            SELECT way.sender_userid, {text} AS text, count(*) AS clients
            FROM ({decided.sql}) d
            JOIN client c ON c.id = d.client_id
            CROSS JOIN LATERAL ({way.sql}) way
            WHERE d.decision = 'due' AND way.channel = 'wecom_message'
            GROUP BY 1, 2
        ) per_text
        LEFT JOIN staff ON staff.wecom_userid = per_text.sender_userid
        GROUP BY 1, 2 ORDER BY confirmations DESC, 1
    """  # noqa: S608
    rows = await database.fetch(sql, *decided.arguments, *way.arguments)
    return [Load(row["sender_userid"], row["name"], row["clients"], row["confirmations"]) for row in rows]
