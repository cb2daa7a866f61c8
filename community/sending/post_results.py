"""What became of a post in members' moments: WeCom makes it from the job, then each member posts it or doesn't."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from kernel import clock, database, logs
from kernel.database import transaction
from wechat import doors
from wechat.faults import Later
from wechat.gateway.wecom import WeCom
from wechat.wecom.shapes import Moment, MomentTask

SPAN_PAGES = 200
UNASSIGNED = timedelta(hours=1)
"""How long a post that asks nobody may still turn out to be ours."""
POSTED = """
UPDATE send SET state = 'delivered', reason = '', confirmed_at = $3, delivered_at = $3, ended_at = $3
WHERE batch_id = $1 AND recipient = ANY($2::text[])
    AND (state IN ('accepted', 'confirmed') OR state = 'failed' AND reason = 'not_visible')
"""  # whoever was not in the list at an earlier look, and has posted, was asked after all
NOT_ASKED = """
UPDATE send SET state = 'failed', reason = 'not_visible', ended_at = $3
WHERE batch_id = $1 AND state = 'accepted' AND recipient <> ALL($2::text[])
"""
_log = logs.get(__name__)


async def look(task: dict[str, Any]) -> bool:
    """Read one job (id, msgid, app) and write down who posted; True when everybody who was asked has."""
    wecom = doors.wecom(task["app"])
    moment_id = await moment_of(wecom, task["id"], task["msgid"])
    if not moment_id:
        return False
    asked = await _tasks(wecom, moment_id)
    posted = [one.userid for one in asked if one.has_posted]
    now = clock.now()
    async with transaction():
        await database.execute(POSTED, task["id"], posted, now)
        if asked:
            # whom the app can't see, or who has no clients, WeCom leaves out; an empty list is one not made yet
            await database.execute(NOT_ASKED, task["id"], [one.userid for one in asked], now)
    return bool(asked) and len(posted) == len(asked)


async def moment_of(wecom: WeCom, task_id: int, msgid: str) -> str:
    """The id of the post that WeCom made from the job; empty while it is being made."""
    known = await database.fetch_value("SELECT moment_id FROM group_task WHERE id = $1", task_id)
    if known:
        return str(known)
    result = await wecom.moment_result(msgid)
    if result.state != "made":
        return ""
    await database.execute("UPDATE group_task SET moment_id = $2 WHERE id = $1", task_id, result.moment_id)
    return result.moment_id


async def cancel(task: dict[str, Any]) -> None:
    """Members can't post it any more; a job of which WeCom has made nothing yet is tried again later."""
    wecom = doors.wecom(task["app"])
    if moment_id := await moment_of(wecom, task["id"], task["msgid"]):
        await wecom.cancel_moment(moment_id)


async def find(app: str, text: str, recipients: Collection[str], start: datetime, end: datetime) -> Moment | None:
    """The post with this text, asked of nobody but these members, that no job of ours has adopted; None: there is none.

    How an unknown creation is settled. Raises Later while a post with this text doesn't say yet whom it asks.
    """
    wecom, cursor = doors.wecom(app), ""
    known = await database.fetch("SELECT moment_id FROM group_task WHERE app = $1 AND moment_id <> ''", app)
    taken = {row["moment_id"] for row in known}
    is_open = False
    for _ in range(SPAN_PAGES):
        page = await wecom.moments(start, end, cursor)
        for one in page.items:
            if not one.is_corp or one.text.strip() != text.strip() or one.moment_id in taken:
                continue
            asked = {task.userid for task in await _tasks(wecom, one.moment_id)}
            if asked and asked <= set(recipients):
                return one
            is_open = is_open or not asked
        if not page.cursor:
            break
        cursor = page.cursor
    if is_open and clock.now() < start + UNASSIGNED:
        raise Later(side="wecom", api="get_moment_task", reason="moment_unassigned", message="朋友圈任务还没有分派")
    return None


async def _tasks(wecom: WeCom, moment_id: str) -> list[MomentTask]:
    found: list[MomentTask] = []
    cursor = ""
    while True:
        page = await wecom.moment_tasks(moment_id, cursor)
        found += page.items
        if not page.cursor:
            return found
        cursor = page.cursor
