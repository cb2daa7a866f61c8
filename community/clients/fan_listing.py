"""Taking over pages of an official account's own list of followers: set-based, because there are very many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from community.clients import identities, returning, timeline
from community.clients.timeline import Fact
from kernel import clock, database

KNOWN = """
UPDATE fan f SET seen_run_id = greatest(f.seen_run_id, $1)
WHERE f.appid = $2 AND f.openid = ANY($3::text[]) RETURNING f.openid, f.client_id, f.subscribed
"""
AGAIN = """
UPDATE fan SET subscribed = true, subscribed_at = NULL, read_at = NULL, ended_how = ''
WHERE appid = $1 AND openid = ANY($2::text[]) AND NOT subscribed AND coalesce(unsubscribed_at, $3) < $3
RETURNING openid, client_id
"""
NEW = """
INSERT INTO fan (client_id, appid, openid, subscribed, seen_run_id)
SELECT client_id, $1, openid, true, $2 FROM unnest($3::bigint[], $4::text[]) AS given(client_id, openid)
ON CONFLICT (appid, openid) DO NOTHING RETURNING openid, client_id
"""
UNSEEN = """
SELECT openid, client_id FROM fan
WHERE appid = $2 AND subscribed AND coalesce(seen_run_id, 0) < $1 AND coalesce(subscribed_at, created_at) < $3
ORDER BY id
"""
END = """
UPDATE fan SET subscribed = false, unsubscribed_at = $3, ended_how = 'gone', window_left = 0, window_until = NULL
WHERE appid = $1 AND openid = ANY($2::text[]) AND subscribed RETURNING client_id
"""
MARGIN = timedelta(minutes=1)
"""WeChat's clock and ours may differ by so much."""


class Lost(NamedTuple):
    """A follower of ours whom the list does not hold."""

    openid: str
    client_id: int


async def see(run_id: int, appid: str, openids: Sequence[str], started_at: datetime) -> list[tuple[str, int]]:
    """Mark one page as seen; (openid, client) of those who are news: unknown, or taken for gone."""
    rows = await database.fetch(KNOWN, run_id, appid, list(openids))
    known = {row["openid"] for row in rows}
    left = [row["openid"] for row in rows if not row["subscribed"]]
    back = await database.fetch(AGAIN, appid, left, started_at - MARGIN) if left else []
    strangers = [one for one in dict.fromkeys(openids) if one not in known]
    # an erased person whom the list still holds has not come back: nobody knows of an act of theirs
    away = await returning.kept_away("openid", appid, dict.fromkeys(strangers))
    strangers = [one for one in strangers if one not in away]
    made = await identities.make_many("openid", appid, strangers, source="official_account")
    new = await database.fetch(NEW, appid, run_id, list(made.values()), list(made)) if made else []
    return [(row["openid"], row["client_id"]) for row in [*back, *new]]


async def unseen(run_id: int, appid: str, started_at: datetime) -> list[Lost]:
    """Followers whom this pass did not see though they are older than it."""
    return [Lost(**row) for row in await database.fetch(UNSEEN, run_id, appid, started_at - MARGIN)]


async def count(appid: str) -> int:
    """All present followers."""
    return int(await database.fetch_value("SELECT count(*) FROM fan WHERE appid = $1 AND subscribed", appid))


async def end(appid: str, openids: Sequence[str]) -> int:
    """These follow no more, and no callback told; for how many it is news."""
    async with database.transaction():
        now = clock.now()
        rows = await database.fetch(END, appid, list(openids), now)
        await timeline.record_each([Fact(row["client_id"], "fan.gone", now, {"how": "gone"}) for row in rows])
        return len(rows)
