"""Service notices of the official account (template messages): never marketing, the gate refuses it before.

The bank's template has the keywords thing1 (title), time2 and thing3 (remark). The receipt comes as a callback.
A notice can't show an address: the first one of the text, or the link card, is what a tap opens.
"""

from __future__ import annotations

import re

from community.sending.channels.shape import Channel, Message
from kernel import clock
from wechat import accounts, doors
from wechat.shapes import Link

THING = 20
ONCE_BYTES = 64
# addresses are ASCII; what follows one in a sentence is a Chinese sign, a space, or the end
_ADDRESS = re.compile(r"https?://[!-~]+")
_SIGNS = "，。；：！？,;!?"


async def call(message: Message) -> str:
    """Send the notice; what doesn't fit into its two lines is on the page behind it."""
    title, remark, url = parts(message.text)
    fields = {
        "thing1": title,
        "time2": clock.local(clock.now()).strftime("%Y年%m月%d日 %H:%M"),
        "thing3": remark,
    }
    carried = await message.attachments()
    link = next((one for one in carried if isinstance(one, Link)), None)
    url = link.url if link else url
    once = f"huiliu-{message.row.id}"[:ONCE_BYTES]
    # of no template at all WeChat says so itself, and the channel rests for this account
    app = accounts.find("official_account", message.row.app)
    account = doors.official_account(message.row.app)
    return await account.send_template(message.row.recipient, app.template_id if app else "", fields, url, once=once)


def parts(text: str) -> tuple[str, str, str]:
    """(title, remark, address) of a text: its first line, or as many clauses of it as fit; the rest; what it opens."""
    found = _ADDRESS.search(text)
    first, _, rest = _ADDRESS.sub("", text).strip().partition("\n")
    first, rest = first.rstrip(_SIGNS + " "), " ".join(rest.split())
    if not rest and len(first) > THING:
        cut = max(first.rfind(sign, 0, THING + 1) for sign in _SIGNS)
        if cut > 0:
            first, rest = first[:cut], first[cut + 1 :].strip(_SIGNS + " ")
    return _thing(first), _thing(rest or first), found[0] if found else ""


def _thing(text: str) -> str:
    return text if len(text) <= THING else text[: THING - 1] + "…"


CHANNEL = Channel(call, accepted_as="accepted", at_once=32, per_second=200)
