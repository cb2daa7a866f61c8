"""What every channel that sends one by one is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from community.sending import carrying
from community.sending.carrying import Receiver
from community.sending.leases import Leased
from wechat.shapes import Attachment, GroupMessageMade


@dataclass(frozen=True, slots=True)
class Message:
    """A claimed send with its text."""

    row: Leased
    text: str

    async def attachments(self) -> list[Attachment]:
        """What it carries, as the gateway takes it."""
        row = self.row
        return await carrying.ready(row.channel, Receiver(row.client_id, row.sender_userid, row.app), row.attachments)


@dataclass(frozen=True, slots=True)
class Job:
    """What goes out together as one call: the same text to many.

    once: our own id of the job, for platforms that make no second one of it.
    """

    app: str
    sender: str
    text: str
    recipients: Sequence[str]
    attachments: Sequence[Attachment]
    once: str


Create = Callable[[Job], Awaitable[GroupMessageMade]]


@dataclass(frozen=True, slots=True)
class Channel:
    """`call` makes the one call and returns WeChat's msgid, or ""; it raises WeChatFault.

    accepted_as: the state that an accepted call means. at_once: calls in flight per dispatcher.
    per_second: calls of all workers together.
    """

    call: Callable[[Message], Awaitable[str]]
    accepted_as: str
    at_once: int
    per_second: float
