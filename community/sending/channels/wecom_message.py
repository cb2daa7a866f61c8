"""A message to WeCom clients through a member: a job (群发助手) that the member confirms on the phone."""

from __future__ import annotations

from collections.abc import Sequence

from wechat import doors
from wechat.shapes import Attachment, GroupMessageMade

LARGEST = 10_000


async def create(
    corpid: str, sender: str, text: str, recipients: Sequence[str], attachments: Sequence[Attachment]
) -> GroupMessageMade:
    """Make the job for up to LARGEST clients (external ids)."""
    return await doors.wecom(corpid).create_group_message(
        "single", text=text, sender=sender, external_userids=recipients, attachments=attachments
    )
