"""A mass send of the official account: one text to many followers, told of as a whole when it is over.

Two mass sends with the same identifier of ours are one, for a day: an answer that was lost is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence

from community.sending.channels.shape import Job
from wechat import doors
from wechat.faults import Never
from wechat.official_account.shapes import MassContent
from wechat.shapes import Attachment, GroupMessageMade, Link

LARGEST, FEWEST = 10_000, 2


async def create(job: Job) -> GroupMessageMade:
    """Make the job for 2 to LARGEST followers (openids). Never (mass_single): WeChat takes no mass send to one."""
    if len(job.recipients) < FEWEST:
        message = "微信群发至少要两位收件人"
        raise Never(side="official_account", api="message/mass/send", reason="mass_single", message=message)
    content = MassContent("text", text=words(job.text, job.attachments))
    account = doors.official_account(job.app)
    made = await account.mass_to_fans(job.recipients, content, once=job.once)
    return GroupMessageMade(made.msg_id, was_there=made.was_there)


def words(text: str, attachments: Sequence[Attachment]) -> str:
    """The text with its link below, because a mass text can't carry a card."""
    links = [one for one in attachments if isinstance(one, Link)]
    return "\n".join([text, *(f"{link.title}：{link.url}" for link in links)])
