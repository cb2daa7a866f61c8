"""A benefit of the catalogue: once per client and period, as far as the stock goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.content.findings import Finding
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import DONE, Outcome, Place, Standing, StepKind
from kernel import numbers
from loyalty.rewards import benefits_in_bulk
from loyalty.rewards.models import Benefit as Row


class Benefit(StepKind):
    """Something to give; the clock tells the client of it as of every grant."""

    code = "benefit"
    label = "发放权益"
    icon = "gift"
    about = "发一份权益；同一周期内不会重复发，库存用完时跳过并记录"

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"benefit": 0, "name": ""}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["benefit"] = numbers.row_id(typed.get("benefit", "")) or 0

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if not params["benefit"]:
            return [Finding("benefit.empty", "没有选择权益", "从列表里选一项", code)]
        return []

    async def check_known(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the benefit that they name."""
        if not params["benefit"]:
            return []
        found = await Row.get_or_none(id=params["benefit"])
        if found is None or not found.is_active:
            return [Finding("benefit.gone", "这项权益已停用", "换一项权益", code)]
        if found.stock is not None and found.stock == 0:
            return [Finding("benefit.stock", f"“{found.name}”已领完", "补充库存或换一项权益", code, is_blocking=False)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        return f"发放权益“{params['name']}”" if params["name"] else "发放权益"

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        clients = [one.client_id for one in standing]
        made = await benefits_in_bulk.grant_as_far(place.node.params["benefit"], clients, cause="journey")
        return [
            Outcome(one.entry_id, result=DONE if one.client_id in made.granted else made.reason(one.client_id))
            for one in standing
        ]
