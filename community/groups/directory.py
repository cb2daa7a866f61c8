"""The client groups a person may see: size, growth, owner; and one group with its members, names masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from community.clients import portrait
from kernel import clock, database, masking
from kernel.errors import NotFound
from staff import scope
from staff.models import Staff

FULL = 500
"""WeCom's limit of members in a client group."""
ROWS = """
SELECT g.id, g.name, g.status, g.opened_at, g.read_at, g.stale_at, coalesce(o.name, g.owner_userid) AS owner_name,
  m.members, m.clients, m.joined, m.lost
FROM client_group g LEFT JOIN staff o ON o.id = g.owner_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE left_at IS NULL)::int AS members,
      count(*) FILTER (WHERE left_at IS NULL AND is_client)::int AS clients,
      count(*) FILTER (WHERE joined_at >= $1)::int AS joined,
      count(*) FILTER (WHERE left_at >= $1)::int AS lost
    FROM membership WHERE group_id = g.id
  ) m
WHERE {conditions}
"""
MEMBERS = """
SELECT m.id, m.client_id, m.is_client, m.member_id, m.joined_at, m.join_scene, m.left_at, m.quit_scene, m.times_joined,
  s.name AS staff_name
FROM membership m LEFT JOIN staff s ON NOT m.is_client AND s.wecom_userid = m.member_id
WHERE m.group_id = $1 AND (m.left_at IS NULL) = $2
ORDER BY coalesce(m.left_at, m.joined_at) DESC NULLS LAST, m.id DESC LIMIT $3 OFFSET $4
"""
OF_CLIENT = """
SELECT g.id, g.name, m.joined_at, m.left_at FROM membership m JOIN client_group g ON g.id = m.group_id
WHERE m.client_id = $1 ORDER BY m.left_at IS NOT NULL, m.joined_at DESC NULLS LAST
"""
JOIN_SCENES = {1: "由成员邀请", 2: "通过邀请链接", 3: "扫码入群"}
QUIT_SCENES = {0: "自己退群", 1: "被移出"}


class Line(NamedTuple):
    """One group: members now, how many came and left within seven days."""

    id: int
    name: str
    status: str
    opened_at: datetime | None
    read_at: datetime | None
    stale_at: datetime | None
    owner_name: str
    members: int
    clients: int
    joined: int
    lost: int


@dataclass(frozen=True)
class Member:
    """One place in a group; clients are masked, staff are named."""

    client_id: int | None
    is_client: bool
    name: str
    joined_at: datetime | None
    joined_how: str
    left_at: datetime | None
    left_how: str
    times_joined: int


async def count(person: Staff, *, words: str = "", status: str = "") -> int:
    """How many groups the list holds."""
    conditions, arguments = _conditions(person, words, status, first=1)
    sql = f"SELECT count(*) FROM client_group g WHERE {conditions}"  # noqa: S608  # conditions are our own pieces
    return int(await database.fetch_value(sql, *arguments))


async def lines(person: Staff, *, words: str = "", status: str = "", limit: int, offset: int = 0) -> list[Line]:
    """One page of the list, the largest groups first."""
    conditions, arguments = _conditions(person, words, status, first=2)
    tail = f" ORDER BY g.status, m.members DESC, g.id LIMIT ${len(arguments) + 2} OFFSET ${len(arguments) + 3}"
    sql = ROWS.format(conditions=conditions) + tail
    return [Line(**row) for row in await database.fetch(sql, _week_ago(), *arguments, limit, offset)]


async def one(person: Staff, group_id: int) -> Line:
    """One group within the person's scope; NotFound otherwise."""
    own = scope.groups(person, first=3)
    row = await database.fetch_one(
        ROWS.format(conditions=f"g.id = $2 AND {own.sql}"), _week_ago(), group_id, *own.arguments
    )
    if row is None:
        raise NotFound
    return Line(**row)


async def members(group_id: int, *, present: bool, limit: int, offset: int = 0) -> list[Member]:
    """Who is in the group (newest first), or who left it."""
    rows = await database.fetch(MEMBERS, group_id, present, limit, offset)
    names = await portrait.names_of([row["client_id"] for row in rows if row["client_id"] is not None])
    return [_member(row, names) for row in rows]


async def of_client(client_id: int) -> list[dict[str, Any]]:
    """The groups a client is or was in: id, name, joined_at, left_at."""
    return await database.fetch(OF_CLIENT, client_id)


async def count_members(group_id: int, *, present: bool) -> int:
    """How many are in the group, or left it."""
    sql = "SELECT count(*) FROM membership WHERE group_id = $1 AND (left_at IS NULL) = $2"
    return int(await database.fetch_value(sql, group_id, present))


def _conditions(person: Staff, words: str, status: str, *, first: int) -> tuple[str, list[Any]]:
    own = scope.groups(person, first=first)
    pieces, arguments = [own.sql], list[Any](own.arguments)
    if words.strip():
        pieces.append(f"strpos(lower(g.name), lower(${first + len(arguments)})) > 0")
        arguments.append(words.strip())
    if status in ("active", "dismissed"):
        pieces.append(f"g.status = ${first + len(arguments)}")
        arguments.append(status)
    return " AND ".join(pieces), arguments


def _week_ago() -> datetime:
    return clock.now() - timedelta(days=7)


def _member(row: database.Row, names: dict[int, str]) -> Member:
    name = row["staff_name"] or row["member_id"]
    if row["is_client"]:
        known = names.get(row["client_id"] or 0, "")
        name = masking.name(known) if known else "微信客户"
    return Member(
        client_id=row["client_id"],
        is_client=row["is_client"],
        name=name,
        joined_at=row["joined_at"],
        joined_how=JOIN_SCENES.get(row["join_scene"], ""),
        left_at=row["left_at"],
        left_how=QUIT_SCENES.get(row["quit_scene"], ""),
        times_joined=row["times_joined"],
    )
