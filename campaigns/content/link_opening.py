"""Somebody opened a link: counted when a person did, and on the client's timeline when the address names the client.

Programs open links, too: WeChat looks at them for a preview and for safety, browsers fetch them ahead, scanners try
them. None of these is a tap; they are counted apart, so that nothing is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from campaigns.content.links import Told
from campaigns.content.models import TrackedLink
from community.clients import identities, timeline
from community.clients.models import Client
from kernel import clock, database

KIND = "link.clicked"
_PROGRAM = re.compile(
    r"bot\b|spider|crawl|slurp|preview|scan|monitor|headless|phantom|curl|wget|python|java/|okhttp|go-http|httpclient|"
    r"libwww|axios|node-fetch|facebookexternalhit|linkcheck|validator|security",
    re.IGNORECASE,
)
_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_AHEAD_HEADERS = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_TALLY = """
INSERT INTO link_tally (link_id, staff_id, opened_on, how, times) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (link_id, staff_id, opened_on, how) DO UPDATE SET times = link_tally.times + 1
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('link.' || $1::text, $2::bigint))"
# one fact a day: WeChat's warning page and reloads open a page twice, and a journey that begins with a tap can't be
# made to begin again and again
_THAT_DAY = """
SELECT EXISTS (SELECT FROM timeline_entry WHERE client_id = $1 AND kind = $2 AND at >= $3 AND at < $5
  AND detail ->> 'link' = $4::text)
"""
_TOLD = """
SELECT how, sum(times)::bigint AS times FROM link_tally tally JOIN tracked_link link ON link.id = tally.link_id
WHERE link.source = $1 GROUP BY how
"""
_BY_STAFF = """
SELECT coalesce(staff.name, '') AS name, sum(times)::bigint AS times
FROM link_tally tally JOIN tracked_link link ON link.id = tally.link_id LEFT JOIN staff ON staff.id = tally.staff_id
WHERE link.source = $1 AND how IN ('client', 'unknown') GROUP BY 1 ORDER BY 2 DESC, 1
"""


class Visit(NamedTuple):
    """How somebody came: method and headers in small letters."""

    method: str
    headers: Mapping[str, str]


def is_person(visit: Visit) -> bool:
    """Whether a person tapped: a page asked for by a browser, for now, and not by a program."""
    headers = visit.headers
    agent = headers.get("user-agent", "")
    if visit.method != "GET" or not agent.startswith("Mozilla/") or _PROGRAM.search(agent):
        return False
    if any(_AHEAD.search(headers.get(name, "")) for name in _AHEAD_HEADERS):
        return False
    if headers.get("sec-fetch-dest", "document") not in ("document", "iframe"):
        return False
    return "text/html" in headers.get("accept", "text/html")


async def note(link: TrackedLink, told: Told, visit: Visit) -> str:
    """Write down that a link was opened; returns how it counts (see LinkTally.how)."""
    if not is_person(visit):
        await _count(link, told, "preview")
        return "preview"
    number = await identities.survivor_of(told.client_id) if told.client_id else 0
    if not number or not await Client.filter(id=number, erased_at=None).exists():
        await _count(link, told, "unknown")
        return "unknown"
    begins, ends = clock.day_bounds(clock.today())
    async with database.transaction():
        await database.fetch(_ONE_AT_A_TIME, str(link.id), number)
        is_again = await database.fetch_value(_THAT_DAY, number, KIND, begins, str(link.id), ends)
        if not is_again:
            await timeline.record(number, KIND, **detail(link))
        how = "again" if is_again else "client"
        await _count(link, told, how)
    return how


def detail(link: TrackedLink) -> dict[str, Any]:
    """What the timeline says of a tap: the campaign (where it is one), the step, and which link."""
    kind, _, number = link.source.partition(":")
    source: dict[str, Any] = {kind: int(number)} if number.isdigit() else {"source": link.source}
    return {**source, "step": link.step, "link": link.id}


async def counts(source: str) -> dict[str, int]:
    """How often the links of a source were opened, by how it counts."""
    return {row["how"]: row["times"] for row in await database.fetch(_TOLD, source)}


async def by_staff(source: str) -> list[tuple[str, int]]:
    """Taps by the member in whose messages the links stood; nobody's under an empty name."""
    return [(row["name"], row["times"]) for row in await database.fetch(_BY_STAFF, source)]


async def _count(link: TrackedLink, told: Told, how: str) -> None:
    await database.execute(_TALLY, link.id, told.staff_id, clock.today(), how)
