"""Wake-ups of groups: read one, read what is old, and welcome who waits."""

from __future__ import annotations

from community.groups import reading, welcome
from kernel import logs
from kernel.tasks import task
from wechat.faults import WeChatFault

_log = logs.get(__name__)


@task("default")
async def read_group(group_id: int) -> None:
    """Read one group from WeCom; the sweep comes again when WeCom is busy."""
    try:
        await reading.read(group_id)
    except WeChatFault as fault:
        _log.warning("group.unread", group=group_id, fault=str(fault))


@task("default")
async def read_stale() -> None:
    """Read the groups whose list is old; every 15 seconds."""
    await reading.read_stale()


@task("default")
async def greet_waiting() -> None:
    """Ask owners to welcome newcomers; every hour."""
    await welcome.greet_waiting()
