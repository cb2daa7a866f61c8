"""Which channel is which: those that send one by one, and those that go out as one job of a member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from community.sending.channels import (
    moments,
    oa_mass,
    oa_service,
    oa_subscribe,
    oa_template,
    staff_message,
    wecom_group,
    wecom_message,
    wecom_welcome,
)
from community.sending.channels.shape import Channel, Create


@dataclass(frozen=True, slots=True)
class JobChannel:
    """`create` makes one job, of `largest` recipients at most; chat_type: what the job is called in GroupTask."""

    create: Create
    chat_type: Literal["single", "group", "moment", "mass"]
    largest: int


ONE_BY_ONE: dict[str, Channel] = {
    "oa_service": oa_service.CHANNEL,
    "oa_template": oa_template.CHANNEL,
    "oa_subscribe": oa_subscribe.CHANNEL,
    "wecom_welcome": wecom_welcome.CHANNEL,
    "staff_message": staff_message.CHANNEL,
}
JOBS: dict[str, JobChannel] = {
    "wecom_message": JobChannel(wecom_message.create, "single", wecom_message.LARGEST),
    "wecom_group": JobChannel(wecom_group.create, "group", wecom_group.LARGEST),
    "moments": JobChannel(moments.create, "moment", moments.LARGEST),
    "oa_mass": JobChannel(oa_mass.create, "mass", oa_mass.LARGEST),
}
