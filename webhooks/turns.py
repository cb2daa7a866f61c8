"""Callbacks that are followed together take their turns by whom they are about: two workers never wait in a ring."""

from __future__ import annotations

from collections.abc import Sequence

from community.groups import roster
from kernel import database
from wechat.events import Event

NAMES = ("openid", "sender", "external_userid", "chat_id")
# in one order everywhere; kept until the transaction ends
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('event|' || name, 0))
FROM (SELECT DISTINCT name FROM unnest($1::text[]) AS given(name) ORDER BY name) sorted
"""


async def take(events: Sequence[Event]) -> None:
    """Wait until nobody else is following events about the same people or groups; inside the transaction."""
    about = sorted({f"{event.app}|{name}" for event in events for name in _about(event)})
    if about:
        await database.fetch(LOCK, about)
    # groups before people, as whoever reads a group anew does it
    await roster.hold([chat_id for event in events if (chat_id := getattr(event, "chat_id", ""))])


def _about(event: Event) -> set[str]:
    named = {str(getattr(event, name, "")) for name in NAMES}
    return (named | set(getattr(event, "members", ()))) - {""}
