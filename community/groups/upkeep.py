"""Keeping groups in order: the words suggested for newcomers, and owners whose userid changed."""

from __future__ import annotations

from collections.abc import Sequence

from community.groups.models import Group
from kernel import database
from kernel.errors import NotFound
from staff import audit
from staff.models import Staff

RENAME = (
    "UPDATE client_group SET owner_userid = $2 WHERE owner_userid = $1 AND corpid = $3",
    """
    UPDATE membership o SET member_id = $2 WHERE member_id = $1 AND NOT is_client
      AND EXISTS (SELECT FROM client_group g WHERE g.id = o.group_id AND g.corpid = $3)
      AND NOT EXISTS (SELECT 1 FROM membership n WHERE n.group_id = o.group_id AND n.member_id = $2)
    """,
)


async def set_welcome(group_id: int, text: str, *, by: Staff) -> None:
    """Keep the words suggested to the owner for newcomers; the caller has checked permission and scope."""
    async with database.transaction():
        if not await Group.filter(id=group_id).update(welcome_text=text.strip()):
            raise NotFound()
        await audit.record(by, "group.welcome_changed", "group", group_id)


async def label(group_id: int, tags: Sequence[str], note: str, *, by: Staff) -> None:
    """Keep the bank's own tags of a group and a note on it, which no pass over WeCom's lists touches."""
    kept = list(dict.fromkeys(tag.strip()[:20] for tag in tags if tag.strip()))[:20]
    async with database.transaction():
        if not await Group.filter(id=group_id).update(local_tags=kept, note=note.strip()[:500]):
            raise NotFound()
        await audit.record(by, "group.labelled", "group", group_id, tags=len(kept))


async def rename_member(corpid: str, userid: str, new_userid: str) -> None:
    """A member's userid changed in a corp: groups and places stay theirs."""
    async with database.transaction():
        for statement in RENAME:
            await database.execute(statement, userid, new_userid, corpid)
