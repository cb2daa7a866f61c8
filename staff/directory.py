"""The list of people for the pages: searched, filtered, each with what an administrator looks for at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from kernel import clock, database
from staff import permissions, scope
from staff.access import sessions
from staff.models import Staff

STATES = ("active", "waiting", "away", "left")

_AWAY = """
SELECT 1 FROM delegation d WHERE d.absent_id = s.id AND d.ended_at IS NULL AND {today} BETWEEN d.from_on AND d.until_on
"""
_FROM = "FROM staff s LEFT JOIN branch u ON u.id = s.branch_id WHERE {conditions}"
_ROWS = """
SELECT s.id, s.login, s.name, s.role, s.reach, u.name AS unit, s.is_active, s.left_at, s.in_committee,
  s.totp_since IS NOT NULL AS has_second_factor, s.wecom_userid IS NOT NULL AS has_wecom,
  greatest(living.seen_at, (SELECT max(a.created_at) FROM audit_entry a WHERE a.subject = 'staff'
    AND a.subject_id = s.id AND a.action = 'sign_in.succeeded')) AS seen_at,
  living.sessions, away.until_on AS away_until, away.deputy,
  EXISTS (SELECT 1 FROM approval p WHERE p.subject = 'staff_role' AND p.subject_id = s.id AND p.state = 'waiting')
    AS has_waiting_change
FROM staff s LEFT JOIN branch u ON u.id = s.branch_id
CROSS JOIN LATERAL (SELECT count(*)::int AS sessions, max(last_seen_at) AS seen_at FROM session
  WHERE session.staff_id = s.id AND session.ends_at > $1::timestamptz AND session.last_seen_at > $2::timestamptz) living
LEFT JOIN LATERAL (SELECT d.until_on, deputy.name AS deputy
  FROM delegation d JOIN staff deputy ON deputy.id = d.deputy_id
  WHERE d.absent_id = s.id AND d.ended_at IS NULL AND $3::date BETWEEN d.from_on AND d.until_on
  ORDER BY d.until_on DESC LIMIT 1) away ON TRUE
WHERE {conditions} ORDER BY s.left_at IS NOT NULL, u.path NULLS FIRST, s.role, s.name, s.id LIMIT $4 OFFSET $5
"""
_HOLDERS = "SELECT s.role, count(*)::int AS people FROM staff s WHERE s.is_active AND {scope} GROUP BY s.role"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all. words: part of a name or login; unit: with all under it."""

    words: str = ""
    role: str = ""
    unit_id: int | None = None
    state: str = ""


class Line(NamedTuple):
    """One person of the list; seen_at: the latest sign of life, sessions: how many are open."""

    id: int
    login: str
    name: str
    role: str
    reach: str
    unit: str | None
    is_active: bool
    left_at: datetime | None
    in_committee: bool
    has_second_factor: bool
    has_wecom: bool
    seen_at: datetime | None
    sessions: int
    away_until: date | None
    deputy: str | None
    has_waiting_change: bool


async def count(reader: Staff, filters: Filters) -> int:
    """How many people the list holds, within the reader's scope."""
    conditions, arguments = _conditions(reader, filters, first=1)
    return int(await database.fetch_value("SELECT count(*) " + _FROM.format(conditions=conditions), *arguments))


async def lines(reader: Staff, filters: Filters, *, limit: int, offset: int = 0) -> list[Line]:
    """One page of the list, head office first, then along the tree."""
    conditions, arguments = _conditions(reader, filters, first=6)
    now = clock.now()
    fixed = (now, now - sessions.IDLE_LIMIT, clock.today(), limit, offset)
    rows = await database.fetch(_ROWS.format(conditions=conditions), *fixed, *arguments)
    return [Line(**row) for row in rows]


async def colleagues(reader: Staff) -> list[Staff]:
    """Everybody who works here and could stand in for somebody, but for the reader: names, not clients."""
    return await Staff.filter(is_active=True).exclude(id=reader.id).order_by("name", "id").select_related("branch")


async def holders(reader: Staff) -> dict[str, int]:
    """How many people within the reader's scope hold each permission."""
    own = scope.staff(reader)
    rows = await database.fetch(_HOLDERS.format(scope=own.sql), *own.arguments)
    by_role = {row["role"]: row["people"] for row in rows}
    return {
        code: sum(people for role, people in by_role.items() if code in permissions.TABLE.get(role, ()))
        for code in permissions.EVERY
    }


def _conditions(reader: Staff, filters: Filters, *, first: int) -> tuple[str, list[Any]]:
    # the pieces of SQL are ours; what a person typed travels as arguments
    own = scope.staff(reader, first=first)
    pieces, arguments = [own.sql], list[Any](own.arguments)

    def add(piece: str, value: Any) -> None:
        pieces.append(piece.format(f"${first + len(arguments)}"))
        arguments.append(value)

    if words := filters.words.strip().lower():
        add("(strpos(lower(s.name), {0}::text) > 0 OR strpos(s.login, {0}::text) > 0)", words)
    if filters.role:
        add("s.role = {0}", filters.role)
    if filters.unit_id is not None:
        add("starts_with(u.path, (SELECT path FROM branch WHERE id = {0}::bigint))", filters.unit_id)
    states = {
        "active": "s.is_active",
        "waiting": "NOT s.is_active AND s.left_at IS NULL",
        "left": "s.left_at IS NOT NULL",
        "away": f"EXISTS ({_AWAY.format(today=_today())})",
    }
    if filters.state in states:
        pieces.append(states[filters.state])
    return " AND ".join(pieces), arguments


def _today() -> str:
    return f"DATE '{clock.today().isoformat()}'"
