"""How far a campaign is: the funnel, its messages, what each member of staff did, the pace, and why nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.audience import deciding
from campaigns.audience.segments import Exclusion
from campaigns.delivery import reasons
from campaigns.planning import kind, lifecycle
from campaigns.planning.models import Campaign, Step
from community.sending import waiting
from kernel import clock, database
from staff import scope
from staff.models import Staff

PACE_WINDOW = timedelta(minutes=2)

# of what anybody reads the groups or members count: each gets one message
_DECIDED = """
SELECT decision, count(*) AS clients FROM delivery WHERE campaign_id = $1 GROUP BY decision
UNION ALL SELECT decision, count(*) AS clients FROM target WHERE campaign_id = $1 GROUP BY decision
"""
_STATES = "SELECT step, state, reason, count(*) AS sends FROM send WHERE campaign_id = $1 GROUP BY step, state, reason"
_STAFF = """
SELECT send.sender_userid AS userid, COALESCE(max(staff.name), send.sender_userid) AS name, count(*) AS clients,
    count(*) FILTER (WHERE send.state IN ('planned', 'leased', 'requested', 'unknown')) AS not_handed,
    count(*) FILTER (WHERE send.state = 'accepted') AS not_confirmed,
    count(*) FILTER (WHERE send.state IN ('confirmed', 'delivered')) AS sent,
    count(*) FILTER (WHERE send.state = 'failed') AS failed,
    (SELECT count(*) FROM group_task task WHERE task.campaign_id = $1 AND task.sender_userid = send.sender_userid
        AND task.state IN ('accepted', 'confirmed', 'delivered')) AS tasks,
    (SELECT count(*) FROM group_task task WHERE task.campaign_id = $1 AND task.sender_userid = send.sender_userid
        AND (task.confirmed_at IS NOT NULL OR task.state = 'delivered')) AS tasks_confirmed
FROM send LEFT JOIN staff ON staff.wecom_userid = send.sender_userid
WHERE send.campaign_id = $1 AND send.sender_userid <> '' AND {scope}
GROUP BY send.sender_userid ORDER BY not_confirmed DESC, clients DESC, 1
"""
_PACE = """
SELECT count(*) FILTER (WHERE accepted_at > $2) AS handed,
    min(accepted_at) FILTER (WHERE accepted_at > $2) AS since,
    count(*) FILTER (WHERE state IN ('planned', 'leased', 'requested')) AS remaining
FROM send WHERE campaign_id = $1
"""

_ON_PHONES = """
SELECT count(*) FROM group_task WHERE campaign_id = $1 AND state = 'accepted' AND cancelled_at IS NULL
  AND chat_type <> 'mass'
"""


class Stopped(NamedTuple):
    """Messages that failed or were skipped, by reason."""

    state: str
    reason: str
    label: str
    sends: int


@dataclass(frozen=True)
class Funnel:
    """People: audience = due + exclusions. Messages: total = queued + unknown + handed + failed + skipped.

    handed: accepted by WeChat (for WeCom: the job is on the member's phone); of these confirmed, of these delivered.
    """

    audience: int
    due: int
    exclusions: list[Exclusion]
    total: int
    queued: int
    unknown: int
    handed: int
    confirmed: int
    delivered: int
    failed: int
    skipped: int
    stopped: list[Stopped]


class StepProgress(NamedTuple):
    """One message of the campaign; counts as in Funnel."""

    code: str
    label: str
    state: str
    due_at: datetime | None
    total: int
    handed: int
    delivered: int
    stopped: int


class Execution(NamedTuple):
    """What one member of staff has done with the jobs on the phone."""

    userid: str
    name: str
    clients: int
    not_handed: int
    not_confirmed: int
    sent: int
    failed: int
    tasks: int
    tasks_confirmed: int


class Pace(NamedTuple):
    """Messages handed over per minute lately, how many remain, and when they will be out (None: can't be said)."""

    per_minute: float
    remaining: int
    ends_at: datetime | None


async def funnel(campaign_id: int) -> Funnel:
    """The funnel of all messages of a campaign, from the rows themselves."""
    decided = {row["decision"]: row["clients"] for row in await database.fetch(_DECIDED, campaign_id)}
    exclusions = [
        Exclusion(reason, label, decided[reason])
        for reason, label in deciding.REASONS.items()
        if reason in decided and reason != "due"
    ]
    rows = await database.fetch(_STATES, campaign_id)
    states = _sum(rows)
    stopped = [
        Stopped(row["state"], row["reason"], reasons.label(row["reason"]), row["sends"])
        for row in _merged(rows)
        if row["state"] in ("failed", "skipped")
    ]
    return Funnel(
        audience=sum(decided.values()),
        due=decided.get("due", 0),
        exclusions=exclusions,
        total=sum(states.values()),
        queued=_of(states, "planned", "leased", "requested"),
        unknown=_of(states, "unknown"),
        handed=_of(states, "accepted", "confirmed", "delivered"),
        confirmed=_of(states, "confirmed", "delivered"),
        delivered=_of(states, "delivered"),
        failed=_of(states, "failed"),
        skipped=_of(states, "skipped"),
        stopped=stopped,
    )


async def steps(campaign: Campaign) -> list[StepProgress]:
    """The messages of a campaign in order, with what became of each."""
    rows = await database.fetch(_STATES, campaign.id)
    chosen = kind.of(campaign.kind)
    found = []
    for step in await Step.filter(campaign_id=campaign.id).order_by("position", "id"):
        states = _sum([row for row in rows if row["step"] == step.code])
        found.append(
            StepProgress(
                step.code,
                chosen.step(step.code).label,
                step.state,
                step.due_at,
                sum(states.values()),
                _of(states, "accepted", "confirmed", "delivered"),
                _of(states, "delivered"),
                _of(states, "failed", "skipped"),
            )
        )
    return found


async def by_staff(campaign_id: int, person: Staff) -> list[Execution]:
    """Per member of staff within the person's scope, those with most to confirm first."""
    own = scope.staff(person, alias="staff", first=2)
    rows = await database.fetch(_STAFF.format(scope=own.sql), campaign_id, *own.arguments)
    return [Execution(**row) for row in rows]


async def pace(campaign_id: int) -> Pace:
    """The pace of the last two minutes and what follows from it."""
    now = clock.now()
    row = await database.fetch_one(_PACE, campaign_id, now - PACE_WINDOW)
    assert row is not None
    if not row["handed"]:
        return Pace(0, row["remaining"], None)
    minutes = max((now - row["since"]).total_seconds(), 1) / 60
    per_minute = row["handed"] / minutes
    ends_at = now + timedelta(minutes=row["remaining"] / per_minute) if row["remaining"] else None
    return Pace(round(per_minute, 1), row["remaining"], ends_at)


async def why(campaign: Campaign) -> str:
    """One line that answers "why is nothing happening?" from facts."""
    if campaign.state == "sending":
        if campaign.frozen_at is None or campaign.stream_id is None:
            return "正在确定人群"
        line = await waiting.why(campaign.stream_id)
        later = await Step.filter(campaign_id=campaign.id, state="waiting", due_at__not_isnull=True).order_by("due_at")
        if later and later[0].due_at:
            label = kind.of(campaign.kind).step(later[0].code).label
            line += f"；下一条“{label}”于 {_wall(later[0].due_at)} 发送"
        return line
    if campaign.state == "paused":
        return f"已暂停：{campaign.hold_reason or '未说明原因'}{await _on_phones(campaign.id)}"
    if campaign.state == "scheduled" and campaign.starts_at:
        return f"已排期，将于 {_wall(campaign.starts_at)} 开始"
    lines = {
        "draft": "草稿，尚未提交审批",
        "submitted": "等待另一位同事审批",
        "approved": "已批准，等待制作人开始发送",
        "held": f"已搁置：{campaign.hold_reason}",
        "cancelled": f"已取消：{campaign.hold_reason or '未说明原因'}",
        "finished": "已结束",
    }
    return lines.get(campaign.state, lifecycle.NAMES[campaign.state])


async def _on_phones(campaign_id: int) -> str:
    """A pause doesn't call back what members have on their phones: to call it back would lose it for good."""
    jobs = await database.fetch_value(_ON_PHONES, campaign_id)
    return f"；已派到员工手机上的 {jobs} 个任务没有收回，员工仍可确认发送，取消活动才会收回" if jobs else ""


def _sum(rows: list[database.Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row["state"]] = found.get(row["state"], 0) + row["sends"]
    return found


def _merged(rows: list[database.Row]) -> list[database.Row]:
    """The same reason of several steps as one row, the most frequent first."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["state"], row["reason"])
        found[key] = found.get(key, 0) + row["sends"]
    merged = [{"state": state, "reason": reason, "sends": sends} for (state, reason), sends in found.items()]
    return sorted(merged, key=lambda row: -int(row["sends"]))


def _of(states: dict[str, int], *names: str) -> int:
    return sum(states.get(name, 0) for name in names)


def _wall(at: datetime) -> str:
    return f"{clock.local(at):%m月%d日 %H:%M}"
