"""Points: an entry of the double-entry journal under the step's own key, so that it is written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.content.findings import Finding
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import DONE, Outcome, Place, Standing, StepKind, whole
from loyalty.rewards import points_in_bulk

MOST = 100_000


class Points(StepKind):
    """Points for a client."""

    code = "points"
    label = "赠送积分"
    icon = "coins"
    about = "给客户的积分账户记一笔“获得”，按复式记账，不会重复"

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"points": 100}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["points"] = whole(typed, "points", 0)

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if not 1 <= params["points"] <= MOST:
            return [Finding("points.amount", f"积分须在 1 到 {MOST:,} 之间", "修改积分数", code)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        return f"赠送 {params['points']:,} 积分"

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        earned = await points_in_bulk.earn(
            [(place.key(one.entry_id), one.client_id) for one in standing],
            place.node.params["points"],
            f"旅程“{place.journey.name}”",
        )
        return [Outcome(one.entry_id, result=DONE if one.client_id in earned else "no_account") for one in standing]
