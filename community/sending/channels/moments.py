"""A post in the moments of several members: one job, which each of them confirms on the phone."""

from __future__ import annotations

from community.sending.channels.shape import Job
from wechat import doors
from wechat.shapes import GroupMessageMade

LARGEST = 5_000


async def create(job: Job) -> GroupMessageMade:
    """Make the job for these members (userids); who can't post is known only when WeCom has made it."""
    return GroupMessageMade(await doors.wecom(job.app).create_moment(job.text, job.attachments, userids=job.recipients))
