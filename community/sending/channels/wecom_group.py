"""A message into client groups of one owner: a job that the owner confirms on the phone."""

from __future__ import annotations

from collections.abc import Sequence

from wechat import doors
from wechat.shapes import Attachment, GroupMessageMade

LARGEST = 2_000


async def create(
    corpid: str, sender: str, text: str, recipients: Sequence[str], attachments: Sequence[Attachment]
) -> GroupMessageMade:
    """Make the job for up to LARGEST groups (chat ids)."""
    return await doors.wecom(corpid).create_group_message(
        "group", text=text, sender=sender, chat_ids=recipients, attachments=attachments
    )
