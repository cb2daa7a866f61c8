"""What clients ask about their own data: taken down with a deadline, answered by a person, proved by evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from community.clients import consent, merging, personal, timeline
from community.privacy import deadlines
from community.privacy.models import REQUEST_KINDS, PrivacyRequest
from kernel import clock, database, records, sealing
from kernel.errors import NotFound, Refused
from staff import audit, permissions, scope
from staff.models import Staff

SUBJECT = "privacy_request"
PERMISSION = "privacy.handle"
OPEN = ("open", "waiting", "approved")
KINDS = {"see": "查阅与复制", "correct": "更正", "withdraw": "撤回同意", "erase": "删除"}
STATES = {"open": "待处理", "waiting": "等待审批", "approved": "删除中", "done": "已办结", "refused": "不予办理"}
SOURCES = {"portal": "客户页面", "staff": "客户口头或电话", "letter": "来信"}
LONGEST_WISH = 500
_SOON, _LATELY = timedelta(days=3), timedelta(days=90)
_SHARED = """
SELECT receiver FROM consent_state WHERE client_id = $1 AND purpose = 'sharing' AND granted ORDER BY receiver
"""
PAGE = 25
QUEUE = """
SELECT r.id, r.client_id, r.kind, r.source, r.state, r.due_at, r.created_at, r.handled_at, c.name_sealed, c.erased_at,
  s.name AS handled_by, count(*) OVER () AS total
FROM privacy_request r JOIN client c ON c.id = r.client_id LEFT JOIN staff s ON s.id = r.handled_by_id
WHERE ($1 = '' OR r.kind = $1) AND (r.state = ANY($2::text[])) AND {scope}
ORDER BY (r.handled_at IS NULL) DESC, CASE WHEN r.handled_at IS NULL THEN r.due_at END, r.handled_at DESC, r.id
LIMIT $3 OFFSET $4
"""
# no reference that a merge would turn by itself: the number outlives an erasure
FOLLOW = "UPDATE privacy_request SET client_id = $1 WHERE client_id = $2"
COUNTS = """
SELECT count(*) FILTER (WHERE r.state = ANY($1::text[]))::int AS open,
  count(*) FILTER (WHERE r.state = ANY($1::text[]) AND r.due_at < $2)::int AS overdue,
  count(*) FILTER (WHERE r.state = ANY($1::text[]) AND r.due_at >= $2 AND r.due_at < $3)::int AS soon,
  count(*) FILTER (WHERE r.state IN ('done', 'refused') AND r.handled_at >= $4)::int AS lately,
  count(*) FILTER (WHERE r.state IN ('done', 'refused') AND r.handled_at >= $4 AND r.handled_at <= r.due_at)::int
    AS in_time
FROM privacy_request r JOIN client c ON c.id = r.client_id WHERE {scope}
"""


class Line(NamedTuple):
    """One request in the queue; the name is in the clear and masked by the page."""

    id: int
    client_id: int
    kind: str
    source: str
    state: str
    due_at: datetime
    created_at: datetime
    handled_at: datetime | None
    handled_by: str
    name: str
    is_erased: bool


async def ask(client_id: int, kind: str, source: str, *, wish: str = "", by: Staff | None = None) -> PrivacyRequest:
    """Take down what a client asks; the same question still open is returned instead. Refused: no wish to correct.

    wish: what should be corrected, in the client's words; kept sealed. by: who entered it for the client.
    """
    if kind not in REQUEST_KINDS or source not in SOURCES:
        raise ValueError(f"unknown request {kind} from {source}")
    wish = wish.strip()[:LONGEST_WISH]
    if kind == "correct" and not wish:
        raise Refused("请写明需要更正的内容", code="privacy.wish_missing")
    async with database.transaction():
        # the row's lock: two taps of one button are one request, and an erasure under way is waited for
        locked = await database.fetch_one("SELECT erased_at FROM client WHERE id = $1 FOR NO KEY UPDATE", client_id)
        if locked is None or locked["erased_at"] is not None:
            raise NotFound()
        again = await PrivacyRequest.filter(client_id=client_id, kind=kind, state__in=OPEN).first()
        if again is not None and kind != "correct":
            return again
        request = await _take_down(client_id, kind, source, wish, by)
        if kind == "withdraw":
            await _withdraw(request, by)
        return request


async def of_client(client_id: int) -> list[PrivacyRequest]:
    """A client's own requests, newest first."""
    return await PrivacyRequest.filter(client_id=client_id).order_by("-id").limit(20)


async def get(request_id: int, person: Staff) -> PrivacyRequest:
    """One request about a client within scope. NotFound otherwise."""
    permissions.require(person, "privacy.see")
    own = scope.clients(person, first=2)
    # the condition is scope's own
    sql = f"SELECT 1 FROM privacy_request r JOIN client c ON c.id = r.client_id WHERE r.id = $1 AND {own.sql}"  # noqa: S608
    if await database.fetch_one(sql, request_id, *own.arguments) is None:
        raise NotFound()
    return await PrivacyRequest.get(id=request_id)


async def queue(person: Staff, kind: str, states: Sequence[str], number: int) -> tuple[list[Line], int]:
    """One page of the requests within scope, the most urgent first, and how many there are."""
    own = scope.clients(person, first=5)
    offset = (number - 1) * PAGE
    rows = await database.fetch(QUEUE.format(scope=own.sql), kind, list(states), PAGE, offset, *own.arguments)
    return [_line(row) for row in rows], rows[0]["total"] if rows else 0


async def counts(person: Staff) -> dict[str, int]:
    """Open, overdue and due within three days; answered in the last 90 days, and how many of these in time."""
    own = scope.clients(person, first=5)
    now = clock.now()
    row = await database.fetch_one(
        COUNTS.format(scope=own.sql), list(OPEN), now, now + _SOON, now - _LATELY, *own.arguments
    )
    assert row is not None
    return dict(row)


async def overdue(person: Staff) -> int:
    """How many requests within scope are past their deadline, for whoever can answer them."""
    return (await counts(person))["overdue"] if permissions.may(person, PERMISSION) else 0


def wish_of(request: PrivacyRequest) -> str:
    """What the client wrote; empty when nothing was, or when it is gone."""
    return _open(request.wish_sealed, "wish", request.id)


def change_of(request: PrivacyRequest) -> str:
    """What was corrected, old and new; empty when nothing was."""
    return _open(request.change_sealed, "change", request.id)


async def _follow_merge(keep_id: int, gone_id: int) -> None:
    # what was asked is answered about all we hold of them; an erasure that waits for a second word is another one now
    await database.execute(FOLLOW, keep_id, gone_id)


merging.register(_follow_merge)


async def _take_down(client_id: int, kind: str, source: str, wish: str, by: Staff | None) -> PrivacyRequest:
    (number,) = await records.reserve_ids("privacy_request", 1)
    now = clock.now()
    request = await PrivacyRequest.create(
        id=number,
        client_id=client_id,
        kind=kind,
        source=source,
        due_at=await deadlines.due_at(now),
        wish_sealed=sealing.seal(wish, table="privacy_request", column="wish", row=number) if wish else None,
        asked_by_id=by.id if by is not None else None,
    )
    await timeline.record(client_id, "privacy.asked", by=by, request=number)
    await audit.record(by, "privacy.asked", SUBJECT, number, kind=kind, source=source)
    return request


async def _withdraw(request: PrivacyRequest, by: Staff | None) -> None:
    # as easy as giving: nobody has to agree, it holds from the next check before a call
    evidence = f"privacy_request:{request.id}"
    await consent.withdraw([request.client_id], "privacy_request", by=by, evidence=evidence)
    sharing = await database.fetch(_SHARED, request.client_id)
    for row in sharing:
        what: dict[str, Any] = {"purpose": consent.SHARING, "receiver": row["receiver"]}
        await consent.withdraw([request.client_id], "privacy_request", by=by, evidence=evidence, **what)
    request.state, request.handled_at = "done", clock.now()
    request.handled_by_id = by.id if by is not None else None
    request.answer = "已停止全部营销信息，并撤回向合作方提供信息的同意"
    request.evidence = {"withdrawn": ["marketing", *(row["receiver"] for row in sharing)]}
    await request.save()
    await audit.record(by, "privacy.answered", SUBJECT, request.id, kind="withdraw", state="done")


def _line(row: database.Row) -> Line:
    fields = {key: row[key] for key in Line._fields if key in row}
    name = personal.open_name(row["client_id"], row["name_sealed"])
    fields |= {"name": name, "is_erased": row["erased_at"] is not None, "handled_by": row["handled_by"] or ""}
    return Line(**fields)


def _open(sealed: bytes | None, column: str, number: int) -> str:
    return sealing.unseal(bytes(sealed), table="privacy_request", column=column, row=number) if sealed else ""
