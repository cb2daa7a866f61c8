"""A draw: each client falls into one way by a salted hash, and into none of them twice; one way may be the control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.audience import sampling
from campaigns.content.findings import Finding
from campaigns.journeys.definition import CONTROL, Step
from campaigns.journeys.steps.face import Foreseen, Outcome, Place, Standing, StepKind, whole

LABELS = {"a": "方案 A", "b": "方案 B", CONTROL: "对照组（不做任何动作）"}


class Split(StepKind):
    """Random ways with shares that add up to 100 %."""

    code = "split"
    label = "随机分组"
    icon = "flask"
    about = "随机分成方案 A、方案 B 和对照组，用来说明旅程带来了什么"
    ways = (("a", LABELS["a"]), ("b", LABELS["b"]), (CONTROL, LABELS[CONTROL]))

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"shares": {"a": 90, "b": 0, CONTROL: 10}}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["shares"] = {way: whole(typed, f"share.{way}", 0) for way, _ in self.ways}
        for way in step.get("ways", []):
            way["share"] = params["shares"].get(way["way"], 0)

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        shares = params["shares"]
        if sum(shares.values()) != 100:
            return [Finding("split.sum", f"各组比例合计 {sum(shares.values())}%，须为 100%", "修改比例", code)]
        if shares[CONTROL] == 0:
            message = "没有对照组，将无法说明旅程带来的效果"
            return [Finding("split.control", message, "建议留 10% 以上", code, is_blocking=False)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        shares = params["shares"]
        return "随机分组：" + "，".join(f"{LABELS[way]} {share}%" for way, share in shares.items() if share)

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        return [Outcome(one.entry_id, way_of(place, one.client_id)) for one in standing]

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client."""
        way = way_of(place, client_id)
        return Foreseen(f"随机分组：这位客户属于{LABELS[way]}", way=way, tone="warn" if way == CONTROL else "")


def way_of(place: Place, client_id: int) -> str:
    """The way of one client: the same whenever it is asked; the draw is another one for each split."""
    drawn = sampling.bucket(f"{place.journey.salt}|{place.node.code}", client_id)
    below = 0
    shares = place.node.params["shares"]
    for way in (CONTROL, "a", "b"):
        below += shares[way] * sampling.BUCKETS // 100
        if drawn < below:
            return way
    return "b" if shares["b"] else "a"
