"""Waiting for a time: some days and hours, then perhaps until a time of day, perhaps on a working day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from campaigns.content.findings import Finding
from campaigns.journeys.definition import Step
from campaigns.journeys.steps.face import Due, Foreseen, Place, StepKind, whole
from kernel import clock, holidays

MOST_DAYS = 400


class Wait(StepKind):
    """A pause of a stated length."""

    code = "wait"
    label = "等待"
    icon = "hourglass"
    about = "等若干天或若干小时，可指定到某个钟点、只在工作日继续"

    def new(self) -> dict[str, Any]:
        """What a new step of this kind starts with."""
        return {"days": 3, "hours": 0, "at": "10:00", "working": True}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed."""
        params["days"], params["hours"] = whole(typed, "days", 0), whole(typed, "hours", 0)
        params["at"], params["working"] = typed.get("at", "").strip(), bool(typed.get("working"))

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters themselves."""
        if not 0 <= params["days"] <= MOST_DAYS or not 0 <= params["hours"] < 24 * MOST_DAYS:
            return [Finding("wait.length", f"等待时间须在 0 到 {MOST_DAYS} 天之间", "改短等待时间", code)]
        if params["at"] and wall(params["at"]) is None:
            return [Finding("wait.time", "钟点的写法不对", "例如 10:00", code)]
        if not params["days"] and not params["hours"] and not params["at"]:
            return [Finding("wait.nothing", "没有写明等多久", "填写天数、小时或钟点", code)]
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one sentence."""
        parts = [f"{params['days']} 天"] if params["days"] else []
        parts += [f"{params['hours']} 小时"] if params["hours"] else []
        said = f"等待 {' '.join(parts)}" if parts else "等待"
        said += f"，到 {params['at']}" if params["at"] else ""
        return said + ("，遇节假日顺延到工作日" if params["working"] else "")

    def due(self, params: Mapping[str, Any], now: datetime) -> Due:
        """When somebody who arrives now goes on."""
        return Due(after(params, now))

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client."""
        until = after(place.node.params, place.at)
        return Foreseen(self.say(place.node.params), until=until)


def after(params: Mapping[str, Any], now: datetime) -> datetime:
    """The moment at which a wait that begins now is over (UTC)."""
    moment = now + timedelta(days=params["days"], hours=params["hours"])
    at = wall(params["at"]) if params["at"] else None
    if at is not None:
        day = clock.local(moment).date()
        # "in 3 days at 10:00" means that day's morning, also for who came in the afternoon
        if not params["days"] and clock.at_local(day, at) < moment:
            day += timedelta(days=1)
        moment = clock.at_local(day, at)
    if params["working"]:
        day = clock.local(moment).date()
        while not holidays.is_working(day):
            day += timedelta(days=1)
        moment = clock.at_local(day, clock.local(moment).time())
    return moment


def wall(text: str) -> time | None:
    """A time of day as typed; None when it is none."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else None
