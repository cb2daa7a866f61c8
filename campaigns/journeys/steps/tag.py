"""A tag of the bank's own library, put on clients or taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.content.findings import Finding
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import DONE, Outcome, Place, Standing, StepKind
from community.clients import tagging

LONGEST = 64


class Tag(StepKind):
    """A mark that other journeys, segments and members of staff can see."""

    code = "tag"
    label = "打标签"
    icon = "tag"
    about = "给客户打上或去掉一个行内标签"

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"act": "add", "tag": ""}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["act"] = "remove" if typed.get("act") == "remove" else "add"
        params["tag"] = typed.get("tag", "").strip()[:LONGEST]

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if not params["tag"] or not params["tag"].isprintable():
            return [Finding("tag.empty", "没有填写标签", "填写标签名称", code)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        return f"{'去掉' if params['act'] == 'remove' else '打上'}标签“{params['tag']}”"

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do it to all who stand here."""
        params = place.node.params
        change = tagging.remove if params["act"] == "remove" else tagging.add
        changed = set(await change([one.client_id for one in standing], params["tag"]))
        return [Outcome(one.entry_id, result=DONE if one.client_id in changed else "unchanged") for one in standing]
