"""A text from the bank's app to a member of staff in WeCom."""

from __future__ import annotations

from community.sending.channels.shape import Channel, Message
from wechat import doors
from wechat.faults import Never


async def call(message: Message) -> str:
    """Send the text; Never (unreachable) when the member can't be reached by the app."""
    userid = message.row.recipient
    if userid in await doors.wecom(message.row.app).send_staff_text([userid], message.text):
        raise Never(side="wecom", api="message/send", reason="unreachable", message="该员工不在应用可见范围内")
    return ""


CHANNEL = Channel(call, accepted_as="delivered", at_once=8, per_second=30)
