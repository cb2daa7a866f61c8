"""Wake-ups that read from WeChat what a callback did not say."""

from __future__ import annotations

from community.clients import handing_over, library, locations, profiles
from kernel import logs
from kernel.tasks import task
from wechat import accounts
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
async def read_tags(corpid: str = "") -> None:
    """Read the tag library of one corp, or of all."""
    for one in [corpid] if corpid else _corps():
        try:
            await library.read_tags(one)
        except WeChatFault as fault:
            _log.warning("tags.unread", fault=str(fault))


@task("default")
async def read_unread() -> None:
    """Read followers and contacts whom nobody has read, of every account; once a minute."""
    for app in accounts.every("official_account"):
        if app.secret and not app.is_paused:
            await profiles.read_unread(app.receive_id, "")
    for corpid in _corps():
        await profiles.read_unread("", corpid)


@task("default")
async def follow_transfers() -> None:
    """Ask what became of contacts that were to be handed over; every hour."""
    await handing_over.follow()


@task("default")
async def forget_unagreed_places() -> None:
    """Forget where fans were who agree no more to that being kept; every few minutes."""
    await locations.forget_unagreed()


def _corps() -> list[str]:
    return list(dict.fromkeys(app.receive_id for app in accounts.every("wecom") if app.secret and not app.is_paused))
