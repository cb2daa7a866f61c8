"""A message to WeCom clients through a member: a job (群发助手) that the member confirms on the phone."""

from __future__ import annotations

from community.sending.channels.shape import Job
from wechat import doors
from wechat.shapes import GroupMessageMade

LARGEST = 10_000


async def create(job: Job) -> GroupMessageMade:
    """Make the job for up to LARGEST clients (external ids)."""
    return await doors.wecom(job.app).create_group_message(
        "single", text=job.text, sender=job.sender, external_userids=job.recipients, attachments=job.attachments
    )
