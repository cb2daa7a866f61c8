"""Taking a file out in a test, the whole way: asked for with a reason, made, fetched once."""

from __future__ import annotations

from typing import Any

from staff.exports import asking, fetching, tasks
from staff.exports.models import Export
from staff.models import Staff

WHY = "给分行例会做客户结构分析"


async def taken(kind: str, params: dict[str, Any], person: Staff) -> bytes:
    """The file that this person gets; an assertion where it was not made."""
    asked = await asking.ask(kind, params, WHY, person)
    await tasks.prepare.now(asked.id)
    made = await Export.get(id=asked.id)
    assert made.state == "ready", (made.state, made.problem)
    claimed = await fetching.claim(made.id, fetching.token(made), person)
    return b"".join([piece async for piece in fetching.pieces(claimed)])
