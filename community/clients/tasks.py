"""Wake-ups that read from WeChat what a callback did not say."""

from __future__ import annotations

from community.clients import library, profiles
from kernel import logs, settings
from kernel.tasks import task
from wechat.faults import WeChatFault

_log = logs.get(__name__)


@task("default")
async def read_fan(fan_id: int) -> None:
    """Read one new follower's unionid; the sweep comes again when WeChat is busy."""
    try:
        await profiles.read_fan(fan_id)
    except WeChatFault as fault:
        _log.warning("fan.unread", fan=fan_id, fault=str(fault))


@task("default")
async def read_contact(contact_id: int) -> None:
    """Read one new contact's name and unionid; the sweep comes again when WeCom is busy."""
    try:
        await profiles.read_contact(contact_id)
    except WeChatFault as fault:
        _log.warning("contact.unread", contact=contact_id, fault=str(fault))


@task("default")
async def read_tags() -> None:
    """Read the tag library."""
    try:
        await library.read_tags()
    except WeChatFault as fault:
        _log.warning("tags.unread", fault=str(fault))


@task("default")
async def read_unread() -> None:
    """Read followers and contacts whom nobody has read; once a minute."""
    await profiles.read_unread(settings.get().oa_appid, settings.get().wecom_corpid)
