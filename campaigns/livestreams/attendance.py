"""Following a livestream to its end and taking in who watched; taking it in again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from campaigns.livestreams import booking, corps
from campaigns.livestreams.models import Livestream
from campaigns.planning import scheduling
from community.clients import timeline
from kernel import clock, database, logs
from staff import audit
from staff.models import Staff
from wechat.shapes import Watcher

STATUS = {"booked": 0, "live": 1, "ended": 2, "expired": 3, "cancelled": 4}
FOLLOW_UP_AFTER = timedelta(minutes=2)
AFTER_BOOKING = ("reminder", "attended", "absent")
_log = logs.get(__name__)

# a viewer may stand on two pages (one joined while we read), and may be recognised only by a later reading
TAKE_IN = """
WITH known AS MATERIALIZED (
  SELECT viewer_id, client_id FROM attendance WHERE livestream_id = $1
), seen AS (
  SELECT viewer_id, bool_or(is_client) AS is_client, max(seconds) AS seconds, bool_or(commented) AS commented
  FROM unnest($2::text[], $3::bool[], $4::int[], $5::bool[]) AS told(viewer_id, is_client, seconds, commented)
  GROUP BY viewer_id
), changed AS (
INSERT INTO attendance (livestream_id, viewer_id, is_client, client_id, watch_seconds, commented)
SELECT $1, seen.viewer_id, seen.is_client, i.client_id, seen.seconds, seen.commented
FROM seen
LEFT JOIN identity i ON i.kind = 'external_id' AND i.scope = $6 AND i.value = seen.viewer_id AND seen.is_client
ON CONFLICT (livestream_id, viewer_id) DO UPDATE
SET watch_seconds = EXCLUDED.watch_seconds, commented = EXCLUDED.commented, client_id = EXCLUDED.client_id
WHERE (attendance.watch_seconds, attendance.commented, attendance.client_id)
      IS DISTINCT FROM (EXCLUDED.watch_seconds, EXCLUDED.commented, EXCLUDED.client_id)
RETURNING viewer_id, client_id
)
SELECT changed.client_id, changed.client_id IS NOT NULL AND known.client_id IS NULL AS is_recognised
FROM changed LEFT JOIN known USING (viewer_id)
"""

OVERDUE = """
SELECT id FROM livestream
WHERE livingid IS NOT NULL AND starts_at < $1
  AND (status IN (0, 1) OR (status = 2 AND attendance_at IS NULL))
ORDER BY starts_at LIMIT 50
"""

UNBOOKED = """
SELECT l.id FROM livestream l JOIN campaign c ON c.id = l.campaign_id
WHERE l.livingid IS NULL AND l.status = 0 AND c.state IN ('approved', 'scheduled', 'sending') LIMIT 50
"""


UNCANCELLED = """
SELECT l.campaign_id FROM livestream l JOIN campaign c ON c.id = l.campaign_id
WHERE l.status = 0 AND c.state = 'cancelled' LIMIT 50
"""


async def follow(livingid: str) -> Livestream | None:
    """Read the livestream's state from WeCom; when it is over, take in who watched. None when it isn't ours.

    One that was called off or never began has no messages to come: they are missed, so that the campaign can finish.
    """
    livestream = await Livestream.get_or_none(livingid=livingid)
    if livestream is None:
        return None
    shown = await (await corps.door(livestream)).living(livingid)
    status = STATUS[shown.status]
    if status != livestream.status:
        livestream.status = status
        livestream.started_at = livestream.started_at or (clock.now() if status in (1, 2) else None)
        livestream.ended_at = livestream.ended_at or (clock.now() if status == 2 else None)
        await livestream.save(update_fields=["status", "started_at", "ended_at"])
    if status == 2:
        await take_in(livestream)
    if status in (3, 4):
        for code in AFTER_BOOKING:
            await scheduling.give_up(livestream.campaign_id, code)
    return livestream


async def take_in(livestream: Livestream, by: Staff | None = None) -> tuple[int, int]:
    """Read all viewers and keep them: (how many, how many rows changed). The follow-up messages become due then."""
    if livestream.livingid is None:
        return 0, 0
    wecom = await corps.door(livestream)
    watchers: list[Watcher] = []
    cursor = ""
    while True:
        page = await wecom.living_watchers(livestream.livingid, cursor)
        watchers += page.items
        cursor = page.cursor
        if not cursor:
            break
    async with database.transaction():
        changed = await keep(livestream, watchers)
        if by is not None:
            await audit.record(
                by, "livestream.attendance_read", "campaign", livestream.campaign_id, viewers=len(watchers)
            )
    _log.info("livestream.attendance", campaign=livestream.campaign_id, viewers=len(watchers), changed=changed)
    return len(watchers), changed


async def keep(livestream: Livestream, watchers: Sequence[Watcher]) -> int:
    """Write down who watched, each once; returns how many rows changed."""
    async with database.transaction():
        # one reading after the other: the second sees whom the first has recognised
        await Livestream.select_for_update().get(id=livestream.id)
        changed = await database.fetch(
            TAKE_IN,
            livestream.id,
            [one.id for one in watchers],
            [not one.is_staff for one in watchers],
            [one.seconds for one in watchers],
            [one.commented for one in watchers],
            await corps.of(livestream),
        )
        fresh = [row["client_id"] for row in changed if row["is_recognised"]]
        await timeline.record_many(fresh, "livestream.watched", livestream=livestream.id)
        await _let_follow_up(livestream)
    return len(changed)


async def unbooked() -> list[int]:
    """Livestreams whose campaign was approved and that WeCom doesn't know yet."""
    return [row["id"] for row in await database.fetch(UNBOOKED)]


async def uncancelled() -> list[int]:
    """Cancelled campaigns whose livestream is still booked: the wake-up was lost, or WeCom didn't answer."""
    return [row["campaign_id"] for row in await database.fetch(UNCANCELLED)]


async def book_approved() -> int:
    """Book every livestream whose campaign was approved; how many were tried."""
    waiting = await unbooked()
    for livestream_id in waiting:
        await booking.book(livestream_id)
    return len(waiting)


async def overdue() -> list[str]:
    """Livingids whose time has come and whose end we have not taken in: an expired one sends no callback."""
    rows = await database.fetch(OVERDUE, clock.now())
    found = await Livestream.filter(id__in=[row["id"] for row in rows]).values_list("livingid", flat=True)
    return [str(livingid) for livingid in found]


async def _let_follow_up(livestream: Livestream) -> None:
    if livestream.attendance_at is not None:
        return
    livestream.attendance_at = clock.now()
    await livestream.save(update_fields=["attendance_at"])
    for code in ("attended", "absent"):
        await scheduling.schedule(livestream.campaign_id, code, clock.now() + FOLLOW_UP_AFTER)
