"""Whose assessment or document ends soon, has ended or is in doubt: lists for directors, within their scope."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from kernel import clock, database
from kernel.errors import NotFound
from staff import scope
from staff.models import Staff

PAGE = 50
ASSESSMENT_DAYS = 30
DOCUMENT_DAYS = 90
LISTS = {
    "assessment_ending": "评估 30 天内到期",
    "assessment_expired": "评估已过期",
    "document_ending": "证件 90 天内到期",
    "document_expired": "证件已过期",
    "flagged": "身份待核实",
}
_ENDS = "(r.assessed_at AT TIME ZONE 'Asia/Shanghai' + interval '12 months') AT TIME ZONE 'Asia/Shanghai'"
# the bound on assessed_at is for the index, the exact moment decides
_ASSESSED = f"""
FROM risk_assessment r JOIN client c ON c.id = r.client_id
WHERE r.assessed_at BETWEEN {{0}}::timestamptz - interval '13 months' AND {{1}}::timestamptz - interval '11 months'
    AND {_ENDS} > {{0}}::timestamptz AND {_ENDS} <= {{1}}::timestamptz
    AND NOT EXISTS (SELECT FROM risk_assessment n WHERE n.client_id = r.client_id AND n.assessed_at > r.assessed_at)
"""
_DOCUMENT = """
FROM kyc k JOIN client c ON c.id = k.client_id
WHERE k.document_expires_on BETWEEN {0}::date AND {1}::date
"""
_FLAGGED = "FROM kyc k JOIN client c ON c.id = k.client_id WHERE k.state = 'flagged'"
_LONG_AGO = datetime.fromisoformat("1990-01-01T00:00:00+00:00")


class Line(NamedTuple):
    """One client of a list: level of the assessment (0 for a document), and the moment or day it ends."""

    client_id: int
    owner: str
    level: int
    ends: datetime | date | None


class _Asked(NamedTuple):
    source: str
    columns: str
    order: str
    arguments: list[Any]


async def page(person: Staff, which: str, number: int = 1) -> tuple[list[Line], int]:
    """One page of a list (a key of LISTS), what ends first in front, and how many there are. NotFound: no such list."""
    asked = _asked(which)
    allowed = scope.clients(person, alias="c", first=len(asked.arguments) + 1)
    source = f"{asked.source} AND c.merged_into_id IS NULL AND {allowed.sql}"
    arguments = [*asked.arguments, *allowed.arguments]
    total = int(await database.fetch_value(f"SELECT count(*) {source}", *arguments) or 0)  # our own SQL
    sql = f"""
        SELECT found.*, o.name AS owner FROM (
            SELECT c.id AS client_id, c.owner_id, {asked.columns} {source}
            ORDER BY {asked.order} LIMIT {PAGE} OFFSET {(max(number, 1) - 1) * PAGE}
        ) found LEFT JOIN staff o ON o.id = found.owner_id
    """  # noqa: S608
    rows = await database.fetch(sql, *arguments)
    return [Line(row["client_id"], row["owner"] or "", row["level"], row["ends"]) for row in rows], total


def _asked(which: str) -> _Asked:
    now, today = clock.now(), clock.today()
    assessed = f"r.level, {_ENDS} AS ends"
    papers = "0 AS level, k.document_expires_on AS ends"
    if which == "assessment_ending":
        span = [now, now + timedelta(days=ASSESSMENT_DAYS)]
        return _Asked(_ASSESSED.format("$1", "$2"), assessed, "r.assessed_at, c.id", span)
    if which == "assessment_expired":
        # the newest first: they were clients for such products lately
        return _Asked(_ASSESSED.format("$1", "$2"), assessed, "r.assessed_at DESC, c.id", [_LONG_AGO, now])
    if which == "document_ending":
        span_days = [today, today + timedelta(days=DOCUMENT_DAYS)]
        return _Asked(_DOCUMENT.format("$1", "$2"), papers, "k.document_expires_on, c.id", span_days)
    if which == "document_expired":
        past = [date(1900, 1, 1), today - timedelta(days=1)]
        return _Asked(_DOCUMENT.format("$1", "$2"), papers, "k.document_expires_on DESC, c.id", past)
    if which == "flagged":
        return _Asked(_FLAGGED, papers, "k.as_of_at DESC, c.id", [])
    raise NotFound
