"""What an emergency stop holds back: asked where sends are claimed, and again at the last check before a call."""

from __future__ import annotations

from community.sending.models import Stop
from kernel import database

ALL = "all"
ACTIVE = "SELECT what FROM stop WHERE released_at IS NULL AND what = ANY($1::text[]) FOR SHARE"


def names(channel: str, stream_id: int | None) -> list[str]:
    """Every name under which a stop would hold back a send of this channel and stream."""
    return [ALL, f"channel:{channel}", *([f"stream:{stream_id}"] if stream_id is not None else [])]


async def is_stopped(channel: str, stream_id: int | None) -> Stop | None:
    """The stop that holds back sends of this channel and stream now, the widest first."""
    return await Stop.filter(released_at=None, what__in=names(channel, stream_id)).order_by("what", "id").first()


async def hold_open(channel: str, stream_id: int | None) -> bool:
    """Inside a transaction: whether a call may begin; until the transaction ends nobody can finish pulling a stop."""
    if not database.is_in_transaction():
        raise RuntimeError("holding a tap open needs a transaction")
    # FOR SHARE locks the table against `pull` even where no row is found
    return not await database.fetch(ACTIVE, names(channel, stream_id))
