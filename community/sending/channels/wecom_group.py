"""A message into client groups of one owner: a job that the owner confirms on the phone."""

from __future__ import annotations

from community.sending.channels.shape import Job
from wechat import doors
from wechat.shapes import GroupMessageMade

LARGEST = 2_000


async def create(job: Job) -> GroupMessageMade:
    """Make the job for up to LARGEST groups (chat ids)."""
    return await doors.wecom(job.app).create_group_message(
        "group", text=job.text, sender=job.sender, chat_ids=job.recipients, attachments=job.attachments
    )
