"""What follows when people come to a group or leave it: their timeline, and a welcome."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import timeline
from community.clients.timeline import Fact
from community.groups import roster, welcome


async def note(group_id: int, joined: Sequence[roster.Move], left: Sequence[roster.Move]) -> None:
    """Write who came and went, and have newcomers welcomed; inside the transaction that moved them."""
    facts = [
        Fact(move.client_id, kind, move.at, {"group": group_id, "how": move.how})
        for kind, moves in (("group.joined", joined), ("group.left", left))
        for move in moves
        if move.client_id is not None
    ]
    await timeline.record_each(facts)
    if any(move.is_client for move in joined):
        await welcome.greet(group_id)
