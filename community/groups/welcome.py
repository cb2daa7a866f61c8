"""Welcoming newcomers of a group. WeCom lets no program write into a group, so its owner is asked to, once an hour."""

from __future__ import annotations

from datetime import timedelta

from community.groups.models import Group
from community.sending import ledger
from community.sending.models import Send
from kernel import clock, database

NEWS = timedelta(days=1)
"""Who came longer ago is no newcomer: an old group that we read for the first time."""
COUNT = """
UPDATE membership SET welcomed_at = $2
WHERE group_id = $1 AND is_client AND left_at IS NULL AND welcomed_at IS NULL AND joined_at > $3
"""
WAITING = """
SELECT DISTINCT m.group_id FROM membership m JOIN client_group g ON g.id = m.group_id AND g.status = 'active'
WHERE m.is_client AND m.left_at IS NULL AND m.welcomed_at IS NULL AND m.joined_at > $1 ORDER BY 1
"""
ASK = "您的客户群「{name}」有 {count} 位新成员加入，请在群内欢迎新成员。{suggestion}"


async def greet(group_id: int) -> bool:
    """Ask the owner to welcome who is new, at most once an hour and each newcomer once; False: nothing to say now.

    The message holds a number, never names.
    """
    now = clock.now()
    key = f"group.welcome:{group_id}:{clock.local(now):%Y%m%d%H}"
    if await database.fetch_value("SELECT EXISTS (SELECT FROM send WHERE key = $1)", key):
        return False
    async with database.transaction():
        group = await Group.select_for_update().get(id=group_id)
        if not group.owner_userid or await Send.exists(key=key):
            return False
        count = await database.execute(COUNT, group_id, now, now - NEWS)
        if not count:
            return False
        suggestion = f"建议话术：{group.welcome_text}" if group.welcome_text else ""
        await ledger.plan(
            key=key,
            purpose="service",
            channel="staff_message",
            recipient=group.owner_userid,
            app=group.corpid,
            text=ASK.format(name=group.name or "未命名", count=count, suggestion=suggestion),
        )
        return True


async def greet_waiting() -> int:
    """Ask for the newcomers who came after their hour's message; how many owners were asked."""
    rows = await database.fetch(WAITING, clock.now() - NEWS)
    return sum([await greet(row["group_id"]) for row in rows])
