"""Subscribe notices (订阅通知): one message for one consent of this client to one template; never marketing.

Which template: of those the client still takes, the one with most consents left whose fields a notice can fill.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from community.clients import subscriptions
from community.sending.channels import oa_template
from community.sending.channels.shape import Channel, Message
from kernel import clock
from wechat import doors
from wechat.faults import Never
from wechat.official_account.shapes import NoticeTemplate

KEYWORD = re.compile(r"\{\{\s*([a-z_]+\d*)\.DATA\s*\}\}")
MOMENTS, PHRASE = ("time", "date"), "请留意"
KEPT_S = 600.0
_kept: dict[str, tuple[float, list[NoticeTemplate]]] = {}


async def call(message: Message) -> str:
    """Send the notice and write down that a consent was used. Never (no_credit): the client takes none any more."""
    app, openid = message.row.app, message.row.recipient
    title, remark, _ = oa_template.parts(message.text)
    for template_id in await subscriptions.usable(app, openid):
        fields = await _fields(app, template_id, title, remark)
        if fields:
            msgid = await doors.official_account(app).send_subscribe_notice(openid, template_id, fields)
            await subscriptions.sent(app, openid, template_id, msgid, clock.now())
            return msgid
    raise Never(side="official_account", api="message/subscribe/bizsend", reason="no_credit", message="没有订阅授权")


def fields_of(content: str, title: str, remark: str) -> dict[str, str]:
    """Values for the keywords of a template's content; empty when it asks for something that a notice doesn't know."""
    found: dict[str, str] = {}
    words = iter([title, remark])
    for name in KEYWORD.findall(content):
        kind = name.rstrip("0123456789")
        if kind == "thing":
            found[name] = next(words, remark)
        elif kind == "phrase":
            found[name] = PHRASE
        elif kind in MOMENTS:
            found[name] = clock.local(clock.now()).strftime("%Y年%m月%d日 %H:%M" if kind == "time" else "%Y年%m月%d日")
        else:
            return {}
    return found


async def _fields(app: str, template_id: str, title: str, remark: str) -> Mapping[str, str]:
    at, known = _kept.get(app, (float("-inf"), []))
    now = clock.now().timestamp()
    if now - at > KEPT_S or template_id not in {one.id for one in known}:
        known = await doors.official_account(app).subscribe_templates()
        _kept[app] = (now, known)
    content = next((one.content for one in known if one.id == template_id), "")
    return fields_of(content, title, remark)


CHANNEL = Channel(call, accepted_as="accepted", at_once=16, per_second=100)
