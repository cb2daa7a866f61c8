"""Service notices of the official account (template messages): never marketing, the gate refuses it before.

The bank's template has the keywords thing1 (title), time2 and thing3 (remark). The receipt comes as a callback.
"""

from __future__ import annotations

from community.sending.channels.shape import Channel, Message
from kernel import clock, settings
from wechat import doors
from wechat.shapes import Link

THING = 20
ONCE_BYTES = 64


async def call(message: Message) -> str:
    """Send the notice: the text's first line is the title, the rest the remark; the first link is what it opens."""
    title, _, remark = message.text.partition("\n")
    fields = {
        "thing1": _thing(title),
        "time2": clock.local(clock.now()).strftime("%Y年%m月%d日 %H:%M"),
        "thing3": _thing(remark.replace("\n", " ") or title),
    }
    link = next((one for one in message.attachments() if isinstance(one, Link)), None)
    url = link.url if link else ""
    once = f"huiliu-{message.row.id}"[:ONCE_BYTES]
    template = settings.get().oa_template_id
    return await doors.official_account().send_template(message.row.recipient, template, fields, url, once=once)


def _thing(text: str) -> str:
    return text if len(text) <= THING else text[: THING - 1] + "…"


CHANNEL = Channel(call, accepted_as="accepted", at_once=32, per_second=200)
