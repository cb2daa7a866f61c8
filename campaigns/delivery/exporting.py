"""A finished picture of a campaign as a workbook: funnel, reasons, staff, return against control, and who got what."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from campaigns.audience import deciding
from campaigns.delivery import lift, progress, reasons
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused
from staff import audit, scope
from staff.models import Staff

MOST_PEOPLE = 200_000
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

# clients by their number here, never by name: the file may travel further than the console does
_PEOPLE = """
SELECT d.client_id, d.arm, d.decision, d.tier, branch.name AS branch, owner.name AS owner,
       s.step, s.state, s.reason, s.accepted_at, s.delivered_at
FROM delivery d JOIN client c ON c.id = d.client_id
LEFT JOIN branch ON branch.id = d.branch_id LEFT JOIN staff owner ON owner.id = c.owner_id
LEFT JOIN send s ON s.campaign_id = d.campaign_id AND s.client_id = d.client_id
WHERE d.campaign_id = $1 AND {own} ORDER BY d.client_id, s.id LIMIT $2
"""


async def workbook(campaign: Campaign, by: Staff) -> bytes:
    """The campaign as XLSX with a watermark line, clients within the person's scope; recorded in the audit.

    Refused: more rows than a sheet holds.
    """
    own = scope.clients(by, first=3)
    rows = await database.fetch(_PEOPLE.format(own=own.sql), campaign.id, MOST_PEOPLE + 1, *own.arguments)
    if len(rows) > MOST_PEOPLE:
        raise Refused(f"明细超过 {MOST_PEOPLE:,} 行，请按机构分别导出", code="export.too_large")
    sheets = {
        "漏斗": await _funnel(campaign),
        "员工执行": await _staff(campaign),
        "存款回流": await _returns(campaign),
        "明细": _people(rows),
    }
    await audit.record(by, "campaign.exported", "campaign", campaign.id, rows=len(rows))
    mark = f"{campaign.name} · {by.name} 于 {clock.local(clock.now()):%Y-%m-%d %H:%M} 导出，仅限行内使用"
    return _write(sheets, mark)


async def _funnel(campaign: Campaign) -> pd.DataFrame:
    funnel = await progress.funnel(campaign.id)
    lines: list[tuple[str, int]] = [("名单", funnel.audience)]
    lines += [(f"排除：{one.label}", one.clients) for one in funnel.exclusions]
    lines += [
        ("应发送", funnel.due),
        ("已派发", funnel.handed),
        ("已确认", funnel.confirmed),
        ("已送达", funnel.delivered),
    ]
    lines += [(f"{STATES.get(one.state, one.state)}：{one.label}", one.sends) for one in funnel.stopped]
    return pd.DataFrame(lines, columns=["环节", "人数"])


async def _staff(campaign: Campaign) -> pd.DataFrame:
    people = await progress.by_staff(campaign.id)
    table = pd.DataFrame(
        [one._asdict() for one in people], columns=["name", "clients", "tasks", "tasks_confirmed", "sent"]
    )
    return table.set_axis(["员工", "客户", "任务", "已确认任务", "已发出"], axis="columns")


async def _returns(campaign: Campaign) -> pd.DataFrame:
    figures = await lift.of(campaign)
    if figures is None:
        return pd.DataFrame({"说明": ["名单尚未生成"]})
    lines: list[dict[str, Any]] = []
    for label, one in (("回流客户率", figures.clients), ("金额回流率", figures.amount)):
        gap = one.difference
        lines.append(
            {
                "口径": label,
                "触达组": one.treated,
                "对照组": one.control,
                "差值": gap.estimate if gap else None,
                "区间下限": gap.low if gap else None,
                "区间上限": gap.high if gap else None,
                "结论": one.sentence,
            }
        )
    return pd.DataFrame(lines)


def _people(rows: list[database.Row]) -> pd.DataFrame:
    table = pd.DataFrame(
        rows,
        columns=["client_id", "branch", "owner", "tier", "arm", "decision", "step", "state", "reason", "accepted_at",
                 "delivered_at"],
    )  # fmt: skip
    table["arm"] = table["arm"].map(ARMS)
    table["decision"] = table["decision"].map({"due": "应发送", **deciding.REASONS})
    table["state"] = table["state"].map(STATES)
    table["reason"] = table["reason"].map(lambda code: reasons.label(code) if code else "")
    for column in ("accepted_at", "delivered_at"):
        moments = pd.to_datetime(table[column], utc=True).dt.tz_convert(clock.SHANGHAI)
        # a workbook has no zones: the wall clock in Shanghai, without one
        table[column] = moments.dt.tz_localize(None)
    heads = ["客户序号", "机构", "客户经理", "等级", "组别", "决定", "消息", "状态", "原因", "派发时间", "送达时间"]
    return table.set_axis(heads, axis="columns")


def _write(sheets: dict[str, pd.DataFrame], mark: str) -> bytes:
    output = io.BytesIO()
    with pd.ExcelWriter(output, engine="openpyxl") as writer:
        for name, table in sheets.items():
            _harmless(table).to_excel(writer, sheet_name=name, index=False, startrow=2)
            writer.sheets[name].cell(1, 1, _plain(mark))
    return output.getvalue()


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    texts = table.select_dtypes(include=["object", "string"]).columns
    return table.assign(**{column: table[column].map(_plain) for column in texts})


def _plain(value: Any) -> Any:
    # a text that begins like a formula would be run by whoever opens the file
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
