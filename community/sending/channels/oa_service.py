"""Customer-service text of the official account, inside the window that the client's last action opened.

WeChat gives no receipt for these messages: an accepted call counts as delivered, at the moment of acceptance.
"""

from __future__ import annotations

from community.sending.channels.shape import Channel, Message
from wechat import doors
from wechat.shapes import Link


async def call(message: Message) -> str:
    """Send the text; link cards follow it as links in the text, because a second message would cost the window."""
    links = [one for one in await message.attachments() if isinstance(one, Link)]
    lines = [message.text, *(f'<a href="{link.url}">{link.title}</a>' for link in links)]
    await doors.official_account(message.row.app).send_text(message.row.recipient, "\n".join(lines))
    return ""


CHANNEL = Channel(call, accepted_as="delivered", at_once=64, per_second=1000)
