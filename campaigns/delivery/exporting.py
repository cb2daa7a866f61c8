"""A campaign's results as a workbook: funnel, reasons, staff, return against control, and who got what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from campaigns.audience import deciding
from campaigns.delivery import lift, progress, reasons
from campaigns.planning import listing
from campaigns.planning.models import Campaign
from kernel import database, numbers
from kernel.errors import NotFound
from staff import scope
from staff.exports import exporters
from staff.exports.exporters import Cells, Exporter, Params, Sheet
from staff.models import Staff

BATCH = 2_000
STATES = {
    "planned": "排队",
    "leased": "排队",
    "requested": "发送中",
    "accepted": "已派发",
    "confirmed": "已确认",
    "delivered": "已送达",
    "failed": "失败",
    "skipped": "跳过",
    "unknown": "核对中",
}
ARMS = {"treated": "触达组", "control": "对照组", "none": "未参与抽签"}
HEADS = ("客户序号", "机构", "客户经理", "等级", "组别", "决定", "消息", "状态", "原因", "派发时间", "送达时间")
COLUMNS = (
    "client_id",
    "branch",
    "owner",
    "tier",
    "arm",
    "decision",
    "step",
    "state",
    "reason",
    "accepted_at",
    "delivered_at",
)

_FROM = """
FROM delivery d JOIN client c ON c.id = d.client_id
LEFT JOIN branch ON branch.id = d.branch_id LEFT JOIN staff owner ON owner.id = c.owner_id
LEFT JOIN send s ON s.campaign_id = d.campaign_id AND s.client_id = d.client_id
WHERE d.campaign_id = $1
"""
_COUNT = f"SELECT count(*) {_FROM} AND {{own}}"
# clients by their number here, never by name: the file may travel further than the console does
_PEOPLE = f"""
SELECT d.client_id, coalesce(s.id, 0) AS send_id, d.arm, d.decision, d.tier, branch.name AS branch,
  owner.name AS owner, s.step, s.state, s.reason, s.accepted_at, s.delivered_at {_FROM}
AND (d.client_id, coalesce(s.id, 0)) > ($2::bigint, $3::bigint) AND {{own}}
ORDER BY d.client_id, coalesce(s.id, 0) LIMIT {BATCH}
"""


async def accept(given: Mapping[str, str], by: Staff) -> Params:
    """The campaign, when this person may see it and its list exists."""
    number = numbers.row_id(given.get("campaign"))
    campaign = await listing.get(number, by) if number is not None else None
    if campaign is None or campaign.frozen_at is None:
        raise NotFound()
    return {"campaign": campaign.id}


async def about(params: Params, by: Staff) -> list[tuple[str, str]]:
    """What the file is about."""
    return [("活动", (await _campaign(params, by)).name), ("客户", "只写客户序号，不写姓名和号码")]


async def count(params: Params, by: Staff) -> int:
    """Lines of the sheet of people within the person's scope, and the few of the summaries."""
    campaign = await _campaign(params, by)
    own = scope.clients(by, first=2)
    people = int(await database.fetch_value(_COUNT.format(own=own.sql), campaign.id, *own.arguments))
    return people + len(await _summaries(campaign, by))


async def rows(params: Params, by: Staff) -> AsyncIterator[Cells | Sheet]:
    """Four sheets: funnel, staff, returns, people."""
    campaign = await _campaign(params, by)
    for one in await _summaries(campaign, by):
        yield one
    yield Sheet("明细", HEADS)
    own = scope.clients(by, first=4)
    client_id, send_id = 0, -1
    while page := await database.fetch(_PEOPLE.format(own=own.sql), campaign.id, client_id, send_id, *own.arguments):
        for line in _people(page):
            yield line
        client_id, send_id = page[-1]["client_id"], page[-1]["send_id"]


def _people(page: list[database.Row]) -> list[Cells]:
    # here, not above: it is a third of the time that every process needs to start
    import pandas as pd

    table = pd.DataFrame(page, columns=list(COLUMNS), dtype=object)
    table["arm"] = table["arm"].map(ARMS)
    table["decision"] = table["decision"].map({"due": "应发送", **deciding.REASONS})
    table["state"] = table["state"].map(STATES)
    table["reason"] = table["reason"].map(lambda code: reasons.label(code) if code else "")
    lines: list[list[Any]] = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    return list[Cells](lines)


async def _campaign(params: Params, by: Staff) -> Campaign:
    return await listing.get(int(params["campaign"]), by)


async def _summaries(campaign: Campaign, by: Staff) -> list[Cells | Sheet]:
    return [
        Sheet("漏斗", ("环节", "人数")),
        *await _funnel(campaign),
        Sheet("员工执行", ("员工", "客户", "任务", "已确认任务", "已发出")),
        *[
            (one.name, one.clients, one.tasks, one.tasks_confirmed, one.sent)
            for one in await progress.by_staff(campaign.id, by)
        ],
        *await _returns(campaign),
    ]


async def _funnel(campaign: Campaign) -> list[Cells]:
    funnel = await progress.funnel(campaign.id)
    lines: list[tuple[str, int]] = [("名单", funnel.audience)]
    lines += [(f"排除：{one.label}", one.clients) for one in funnel.exclusions]
    lines += [
        ("应发送", funnel.due),
        ("已派发", funnel.handed),
        ("已确认", funnel.confirmed),
        ("已送达", funnel.delivered),
    ]
    return [*lines, *[(f"{STATES.get(one.state, one.state)}：{one.label}", one.sends) for one in funnel.stopped]]


async def _returns(campaign: Campaign) -> list[Cells | Sheet]:
    figures = await lift.of(campaign)
    if figures is None:
        return [Sheet("存款回流", ("说明",)), ("名单尚未生成",)]
    lines: list[Any] = [Sheet("存款回流", ("口径", "触达组", "对照组", "差值", "区间下限", "区间上限", "结论"))]
    for label, one in (("回流客户率", figures.clients), ("金额回流率", figures.amount)):
        gap = one.difference
        between = (gap.estimate, gap.low, gap.high) if gap else (None, None, None)
        lines.append((label, one.treated, one.control, *between, one.sentence))
    return lines


EXPORTER = exporters.register(
    Exporter(
        kind="campaign",
        label="活动结果",
        permission="campaigns.see",
        holds="不含，只有客户序号",
        accept=accept,
        about=about,
        count=count,
        rows=rows,
        file_name=lambda params: f"campaign-{params['campaign']}.xlsx",
    )
)
