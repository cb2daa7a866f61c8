"""Clients' assessments of their capacity for risk: from the bank's file, or noted from a form filled in person.

Nobody assesses on a client's behalf: what is kept is the client's own result, who took it down and what shows it.
Source of the limits: 金融机构产品适当性管理办法 (2025 No. 7): at most 2 a day and 8 within 12 months.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from community.clients import timeline
from community.suitability import rule
from community.suitability.models import LEVELS, RiskAssessment
from kernel import clock, database
from kernel.errors import Refused
from staff import audit, permissions
from staff.models import Staff

MOST_A_DAY = 2
MOST_A_YEAR = 8
LONGEST_EVIDENCE = 120
PROBLEMS = {
    "assessment.level": "风险等级须为 C1 到 C5",
    "assessment.future": "评估时间晚于现在，请核对",
    "assessment.conflict": "同一时间已有结果不同的评估，请核对",
    "assessment.too_many_today": f"同一客户一天最多评估 {MOST_A_DAY} 次，当天已满",
    "assessment.too_many": f"同一客户 12 个月内最多评估 {MOST_A_YEAR} 次，已满",
}
LOCK = "SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
KNOWN = "SELECT client_id, level, assessed_at FROM risk_assessment WHERE client_id = ANY($1::bigint[])"
INSERT = """
INSERT INTO risk_assessment (client_id, level, assessed_at, source, by_staff_id, evidence, created_at)
SELECT given.client_id, given.level, given.assessed_at, $4, $5, $6, $7
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS given(client_id, level, assessed_at)
"""


class Assessed(NamedTuple):
    """A client's result, C1 to C5 as 1 to 5, and the moment at which the client gave the answers."""

    client_id: int
    level: int
    assessed_at: datetime


class Taken(NamedTuple):
    """What became of many: how many are new, and the problem (a key of PROBLEMS) of those that were not taken."""

    saved: int
    problems: dict[Assessed, str]


async def record(client_id: int, level: int, assessed_at: datetime, *, by: Staff, evidence: str) -> None:
    """Note what a client answered in person. Refused: no evidence, over the limits of the law, a time to come."""
    permissions.require(by, "clients.edit")
    shown = evidence.strip()
    if not shown or len(shown) > LONGEST_EVIDENCE:
        raise Refused(f"请填写客户签署的评估问卷编号，最多 {LONGEST_EVIDENCE} 个字", code="assessment.evidence")
    async with database.transaction():
        taken = await record_many([Assessed(client_id, level, assessed_at)], source="staff", by=by, evidence=shown)
        for problem in taken.problems.values():
            raise Refused(PROBLEMS[problem], code=problem)
        if taken.saved:
            await audit.record(by, "client.assessed", "client", client_id, level=level)


async def record_many(
    results: Iterable[Assessed], *, source: str, by: Staff | None = None, evidence: str = ""
) -> Taken:
    """Take in many; one that is known already changes nothing, one that can't be is told with its problem."""
    given = sorted(set(results), key=lambda one: (one.client_id, one.assessed_at))
    ids = sorted({one.client_id for one in given})
    async with database.transaction():
        await database.fetch(LOCK, ids)
        known: dict[int, dict[datetime, int]] = {}
        for row in await database.fetch(KNOWN, ids):
            known.setdefault(row["client_id"], {})[row["assessed_at"]] = row["level"]
        new, problems = list[Assessed](), dict[Assessed, str]()
        for one in given:
            before = known.setdefault(one.client_id, {})
            if before.get(one.assessed_at) == one.level:
                continue
            if problem := problem_of(one, before):
                problems[one] = problem
            else:
                before[one.assessed_at] = one.level
                new.append(one)
        await _insert(new, source, by, evidence)
    return Taken(len(new), problems)


def problem_of(one: Assessed, before: dict[datetime, int]) -> str | None:
    """Why a result can't stand beside those of the same client (moment -> level); None when it can."""
    if one.level not in LEVELS:
        return "assessment.level"
    if one.assessed_at > clock.now():
        return "assessment.future"
    if one.assessed_at in before:
        return "assessment.conflict"
    day = clock.local(one.assessed_at).date()
    if sum(clock.local(at).date() == day for at in before) >= MOST_A_DAY:
        return "assessment.too_many_today"
    moments = sorted([*before, one.assessed_at])
    # files come late: the new one may lie in the middle, so every window of 12 months that holds it is looked at
    for first in moments:
        window = [at for at in moments if first <= at < rule.valid_until(first)]
        if one.assessed_at in window and len(window) > MOST_A_YEAR:
            return "assessment.too_many"
    return None


async def history(client_id: int) -> Sequence[RiskAssessment]:
    """All assessments of a client, the newest first."""
    return await RiskAssessment.filter(client_id=client_id).order_by("-assessed_at", "-id")


def valid_until(one: RiskAssessment) -> datetime:
    """The first moment at which it is no longer valid."""
    return rule.valid_until(one.assessed_at)


def is_ending(one: RiskAssessment, days: int = 30) -> bool:
    """Whether it is still valid and ends within so many days."""
    return clock.now() < valid_until(one) <= clock.now() + timedelta(days=days)


async def _insert(new: Sequence[Assessed], source: str, by: Staff | None, evidence: str) -> None:
    if not new:
        return
    await database.execute(
        INSERT,
        [one.client_id for one in new],
        [one.level for one in new],
        [one.assessed_at for one in new],
        source,
        by.id if by else None,
        evidence,
        clock.now(),
    )
    await timeline.record_many(sorted({one.client_id for one in new}), "risk.assessed", by=by, source=source)
