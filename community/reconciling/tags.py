"""The tag library of a corp: one list, small enough to be compared whole."""

from __future__ import annotations

from community.clients import library
from community.reconciling import drift
from community.reconciling.passes import Taken, This
from wechat import doors
from wechat.events import Side
from wechat.shapes import CorpTag

SIDE: Side = "wecom"


async def plan(_this: This) -> list[str]:
    """The library."""
    return ["library"]


async def read(this: This, _item: str, _cursor: str) -> tuple[list[CorpTag], str]:
    """All tags; WeCom gives them in one answer."""
    return await doors.wecom(this.app).corp_tags(), ""


async def take(this: This, found: list[CorpTag]) -> Taken:
    """Take the library over; it is whole, so that what is gone goes at once."""
    changes = await library.take(this.app, found)
    for kind, ids, field in (
        ("missing_here", changes.new, ""),
        ("missing_there", changes.gone, ""),
        ("differs", changes.renamed, "name"),
        ("differs", changes.moved, "group"),
    ):
        samples = ((one, None) for one in ids)
        await drift.note(this.run_id, "tag", kind, len(ids), field=field, samples=samples)
    return Taken(len(found), len(changes.new), len(changes.gone), len(changes.renamed) + len(changes.moved))


async def finish(_this: This) -> int:
    """Nothing is left to do."""
    return 0
