"""A fork by what is true of the client now: conditions of the segment language, something they did, or a message that
reached them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.audience import conditions, describing, including
from campaigns.content.findings import Finding
from campaigns.journeys import events
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import Foreseen, Outcome, Place, Standing, StepKind
from kernel import database
from kernel.errors import Refused

MEETS = "SELECT c.id FROM client c WHERE c.id = ANY($1::bigint[]) AND {condition}"
DID = """
SELECT one.id FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS one(id, client_id, since)
WHERE EXISTS (SELECT FROM timeline_entry t WHERE t.client_id = one.client_id AND t.kind = $4 AND t.at >= one.since)
"""
REACHED = """
SELECT one.id FROM unnest($1::bigint[], $2::text[]) AS one(id, key)
JOIN send s ON s.key = one.key AND s.state IN ('confirmed', 'delivered')
"""
YES, NO = "yes", "no"
BY = {"conditions": "客户资料", "event": "进入旅程后的行为", "reached": "前面的消息是否送达"}


class Branch(StepKind):
    """Two ways, by a question about the client."""

    code = "branch"
    label = "条件分支"
    icon = "route"
    about = "按客户资料、进入旅程后的行为或消息是否送达分两路"
    ways = ((YES, "是"), (NO, "否"))

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"by": "conditions", "conditions": {}, "event": "message.received", "step": ""}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["by"] = typed.get("by", "") if typed.get("by", "") in BY else "conditions"
        params["event"], params["step"] = typed.get("event", ""), typed.get("step", "")

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if params["by"] == "event" and params["event"] not in events.CHOICES:
            return [Finding("branch.event", "没有选择行为", "从列表里选一项", code)]
        if params["by"] == "reached" and not params["step"]:
            return [Finding("branch.step", "没有选择是哪一条消息", "选一条前面的消息", code)]
        if params["by"] == "conditions":
            if not params["conditions"]:
                return [Finding("branch.empty", "分支还没有条件", "添加条件", code)]
            try:
                conditions.check(params["conditions"])
            except Refused as refusal:
                return [Finding("branch.invalid", refusal.message, "修改条件", code)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        if params["by"] == "event":
            return f"进入旅程后是否“{events.label(params['event'])}”"
        return f"消息 {params['step']} 是否送达" if params["by"] == "reached" else "客户资料是否满足条件"

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        yes = await self._who(place, standing)
        return [Outcome(one.entry_id, YES if one.entry_id in yes else NO) for one in standing]

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client."""
        params = place.node.params
        if params["by"] != "conditions":
            return Foreseen(f"{self.say(params)}：这里按“否”往下走", way=NO)
        found = await self._meeting(place, [client_id])
        told = await describing.describe(params["conditions"])
        return Foreseen(f"{told}：{'是' if found else '否'}（按今天的资料）", way=YES if found else NO)

    async def _who(self, place: Place, standing: Sequence[Standing]) -> set[int]:
        params, ids = place.node.params, [one.entry_id for one in standing]
        if params["by"] == "event":
            clients, since = [one.client_id for one in standing], [one.entered_at for one in standing]
            return {row["id"] for row in await database.fetch(DID, ids, clients, since, params["event"])}
        if params["by"] == "reached":
            head = place.key(0).rpartition(":")[0].rpartition(":")[0]
            keys = [f"{head}:{entry_id}:{params['step']}" for entry_id in ids]
            return {row["id"] for row in await database.fetch(REACHED, ids, keys)}
        meeting = await self._meeting(place, [one.client_id for one in standing])
        return {one.entry_id for one in standing if one.client_id in meeting}

    async def _meeting(self, place: Place, client_ids: list[int]) -> set[int]:
        tree = place.node.params["conditions"]
        inner = await including.segments_of(tree)
        wanted = conditions.compile_tree(tree, now=place.at, first=2, segments=inner)
        sql = MEETS.format(condition=wanted.sql)
        return {row["id"] for row in await database.fetch(sql, client_ids, *wanted.arguments)}
