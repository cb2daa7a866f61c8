"""The dry run as a workbook: sums, whom members would have to confirm for, and each client by number."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from campaigns.audience import deciding, reach
from campaigns.delivery import rehearsing
from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign
from kernel import database, numbers
from kernel.errors import NotFound
from staff import scope
from staff.exports import exporters
from staff.exports.exporters import Cells, Exporter, Params, Sheet
from staff.models import Staff

BATCH = 5_000
HEADS = ("客户序号", "机构", "客户经理", "等级", "决定", "渠道", "发送员工", "版本")
_COUNT = "SELECT count(*) FROM ({rehearsed}) r JOIN client c ON c.id = r.client_id WHERE {own}"


async def accept(given: Mapping[str, str], by: Staff) -> Params:
    """The campaign, when this person may see it, it isn't frozen yet and speaks to single clients."""
    number = numbers.row_id(given.get("campaign"))
    campaign = await listing.get(number, by) if number is not None else None
    if campaign is None or campaign.frozen_at is not None or kind.of(campaign.kind).is_open:
        raise NotFound()
    return {"campaign": campaign.id}


async def about(params: Params, by: Staff) -> list[tuple[str, str]]:
    """What the file is about."""
    campaign = await _campaign(params, by)
    return [("活动", campaign.name), ("演练", "按取文件时的名单计算，没有发出任何消息"), ("客户", "只写客户序号")]


async def count(params: Params, by: Staff) -> int:
    """The clients of the audience within the person's scope."""
    rehearsed = await rehearsing.statement(await _campaign(params, by))
    own = scope.clients(by, alias="c", first=len(rehearsed.arguments) + 1)
    sql = _COUNT.format(rehearsed=rehearsed.sql, own=own.sql)
    return int(await database.fetch_value(sql, *rehearsed.arguments, *own.arguments))


async def rows(params: Params, by: Staff) -> AsyncIterator[Cells | Sheet]:
    """Three sheets: sums, members, clients."""
    campaign = await _campaign(params, by)
    yield Sheet("合计", ("决定", "渠道", "版本", "人数"))
    for share in await rehearsing.counted(campaign, by):
        label, channel = deciding.REASONS[share.decision], reach.CHANNELS.get(share.channel, "")
        yield (label, channel, share.variant if share.decision == "due" else "", share.clients)
    yield Sheet("员工", ("发送员工", "客户数"))
    for sender in await rehearsing.senders(campaign, by):
        yield (sender.name, sender.clients)
    yield Sheet("明细", HEADS)
    after = 0
    while page := await rehearsing.lines(campaign, by, after=after, limit=BATCH, with_text=False):
        for one in page:
            yield (one.client_id, one.branch, one.owner, one.tier, one.label, one.channel, one.sender, one.variant)
        after = page[-1].client_id


async def _campaign(params: Params, by: Staff) -> Campaign:
    return await listing.get(int(params["campaign"]), by)


EXPORTER = exporters.register(
    Exporter(
        kind="rehearsal",
        label="活动演练名单",
        permission="campaigns.see",
        holds="不含，只有客户序号",
        accept=accept,
        about=about,
        count=count,
        rows=rows,
        file_name=lambda params: f"rehearsal-{params['campaign']}.xlsx",
    )
)
