"""The welcome to a new WeCom contact: one message, within 20 s of the callback that brought its code."""

from __future__ import annotations

from community.sending.channels.shape import Channel, Message
from wechat import doors


async def call(message: Message) -> str:
    """Send the welcome; another app that was first counts as done."""
    await doors.wecom(message.row.app).send_welcome(message.row.welcome_code, message.text, await message.attachments())
    return ""


CHANNEL = Channel(call, accepted_as="delivered", at_once=32, per_second=160)
