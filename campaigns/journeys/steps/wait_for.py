"""Waiting for something that the client does: with it they go one way, without it after some days another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from campaigns.content.findings import Finding
from campaigns.journeys import events
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import Due, Foreseen, Outcome, Place, Standing, StepKind, whole
from kernel import database

# by when it happened, not by when we heard of it: after a day down everybody goes the way they would have gone
HAPPENED = """
SELECT one.id
FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS one(id, client_id, since, till)
WHERE EXISTS (SELECT FROM timeline_entry t WHERE t.client_id = one.client_id AND t.kind = $5
    AND t.at >= one.since AND t.at <= one.till)
"""
YES, NO = "yes", "no"


class WaitFor(StepKind):
    """A pause that ends with an event, or with a deadline."""

    code = "wait_for"
    label = "等待客户行为"
    icon = "clock"
    about = "等客户做某件事；做了走一边，到期没做走另一边"
    ways = ((YES, "已发生"), (NO, "到期未发生"))

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"event": "message.received", "days": 7}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["event"], params["days"] = typed.get("event", ""), whole(typed, "days", 0)

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if params["event"] not in events.CHOICES:
            return [Finding("wait_for.event", "没有选择等待的行为", "从列表里选一项", code)]
        if not 1 <= params["days"] <= 180:
            return [Finding("wait_for.days", "等待期限须在 1 到 180 天之间", "修改天数", code)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        return f"等客户“{events.label(params['event'])}”，最多 {params['days']} 天"

    def due(self, params: Mapping[str, Any], now: datetime) -> Due:
        """When somebody who arrives now goes on."""
        # woken before that by the event itself, see following.wake
        until = now + timedelta(days=params["days"])
        return Due(until, until)

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        rows = await database.fetch(
            HAPPENED,
            [one.entry_id for one in standing],
            [one.client_id for one in standing],
            [one.arrived_at for one in standing],
            [one.deadline_at or place.at for one in standing],
            place.node.params["event"],
        )
        happened = {row["id"] for row in rows}
        return [self._outcome(one, one.entry_id in happened, place) for one in standing]

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client."""
        until = place.at + timedelta(days=place.node.params["days"])
        said = f"{self.say(place.node.params)}；这里按“到期未发生”往下走"
        return Foreseen(said, way=NO, until=until)

    def _outcome(self, one: Standing, happened: bool, place: Place) -> Outcome:
        if not happened and one.deadline_at is not None and place.at < one.deadline_at:
            # woken by a fact that does not count for this step
            return Outcome(one.entry_id, until=one.deadline_at)
        return Outcome(one.entry_id, YES if happened else NO)
