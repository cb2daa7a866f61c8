"""Which channel is which: those that send one by one, and those that go out as one job of a member."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from community.sending.channels import (
    oa_service,
    oa_template,
    staff_message,
    wecom_group,
    wecom_message,
    wecom_welcome,
)
from community.sending.channels.shape import Channel
from wechat.shapes import Attachment, GroupMessageMade

Create = Callable[[str, str, str, Sequence[str], Sequence[Attachment]], Awaitable[GroupMessageMade]]


@dataclass(frozen=True, slots=True)
class JobChannel:
    """`create(corpid, sender, text, recipients, attachments)` makes one job; `largest` recipients in each."""

    create: Create
    chat_type: Literal["single", "group"]
    largest: int


ONE_BY_ONE: dict[str, Channel] = {
    "oa_service": oa_service.CHANNEL,
    "oa_template": oa_template.CHANNEL,
    "wecom_welcome": wecom_welcome.CHANNEL,
    "staff_message": staff_message.CHANNEL,
}
JOBS: dict[str, JobChannel] = {
    "wecom_message": JobChannel(wecom_message.create, "single", wecom_message.LARGEST),
    "wecom_group": JobChannel(wecom_group.create, "group", wecom_group.LARGEST),
}
