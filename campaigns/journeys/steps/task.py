"""A task for the member of staff who looks after the client: a call, a visit, a look at something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from campaigns.content.findings import Finding
from campaigns.journeys import capacity
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import DONE, Foreseen, Outcome, Place, Standing, StepKind, whole
from community.clients import consent_sql
from community.suitability import products
from kernel import clock, database, holidays

# the client's owner, else whom the client knows in WeCom; only people who are there
WHO = """
SELECT e.id, e.client_id, coalesce(owner.id, known.id) AS staff_id, {agreed} AS agreed
FROM unnest($1::bigint[], $2::bigint[]) AS e(id, client_id) JOIN client c ON c.id = e.client_id
LEFT JOIN staff owner ON owner.id = c.owner_id AND owner.is_active
LEFT JOIN LATERAL (
    SELECT s.id FROM contact k JOIN staff s ON s.id = k.staff_id AND s.is_active
    WHERE k.client_id = c.id AND k.ended_at IS NULL ORDER BY k.added_at DESC NULLS LAST, k.id DESC LIMIT 1
) known ON TRUE
"""
MAKE = """
INSERT INTO staff_task (key, client_id, staff_id, journey_id, title, due_on)
SELECT one.key, one.client_id, one.staff_id, $4, $5, $6
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS one(key, client_id, staff_id)
ON CONFLICT (key) DO NOTHING
"""


class Task(StepKind):
    """Something for a person to do."""

    code = "task"
    label = "员工跟进"
    icon = "clipboard-check"
    about = "给客户经理派一件跟进任务，超过每人每天上限的顺延到下一个工作日；没有营销同意的客户只派服务事项"

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"title": "", "days": 2, "is_service": False}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["title"], params["days"] = typed.get("title", "").strip()[:200], whole(typed, "days", 0)
        params["is_service"] = bool(typed.get("is_service"))

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if not params["title"]:
            return [Finding("task.empty", "没有写明要员工做什么", "例如：电话回访，了解近期资金安排", code)]
        if not 0 <= params["days"] <= 60:
            return [Finding("task.days", "完成期限须在 0 到 60 个工作日之间", "修改期限", code)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        kind = "（服务事项，不看营销同意）" if params.get("is_service") else ""
        return f"派给客户经理：“{params['title']}”，{params['days']} 个工作日内完成{kind}"

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        rows = await self._who(place, standing)
        asked = {row["id"]: row["staff_id"] if row["agreed"] else None for row in rows}
        now = await capacity.within(asked, place.definition["staff_per_day"], place.at)
        going = [row for row in rows if row["id"] in now and asked[row["id"]] is not None]
        params = place.node.params
        await database.execute(
            MAKE,
            [place.key(row["id"]) for row in going],
            *([row[name] for row in going] for name in ("client_id", "staff_id")),
            place.journey.id,
            params["title"],
            _due_on(clock.local(place.at).date(), params["days"]),
        )
        tomorrow = capacity.next_day(place.at)
        return [
            Outcome(row["id"], result=_result(row), staff_id=asked[row["id"]])
            if row["id"] in now
            else Outcome(row["id"], until=tomorrow)
            for row in rows
        ]

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client."""
        nobody = Standing(0, client_id, place.at, place.at, None)
        rows = await self._who(place, [nobody])
        if rows and not rows[0]["agreed"]:
            return Foreseen("这位客户没有营销同意，不派任务", tone="warn")
        if not rows or rows[0]["staff_id"] is None:
            return Foreseen("这位客户没有客户经理，任务派不出去", tone="warn")
        return Foreseen(self.say(place.node.params), tone="good")

    async def _who(self, place: Place, standing: Sequence[Standing]) -> list[database.Row]:
        agreed, arguments = "TRUE", list[Any]()
        if not place.node.params.get("is_service"):
            classes = [one.product_class for one in await products.of_codes(place.definition["products"])]
            # a call goes through no channel of ours: the general word counts, and that about the products
            said, arguments = consent_sql.answer("", classes, first=3)
            agreed = f"{said} > 0"
        ids, clients = [one.entry_id for one in standing], [one.client_id for one in standing]
        return await database.fetch(WHO.format(agreed=agreed), ids, clients, *arguments)


def _result(row: database.Row) -> str:
    if not row["agreed"]:
        return "no_consent"
    return DONE if row["staff_id"] is not None else "no_staff"


def _due_on(today: date, working_days: int) -> date:
    return holidays.after_working_days(today, working_days) if working_days else today + timedelta()
