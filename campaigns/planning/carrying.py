"""What the messages of a campaign carry from the library: checked against its day and its channels."""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.content import attaching, placeholders
from campaigns.content.findings import Finding
from campaigns.content.models import Piece
from campaigns.planning import channels
from campaigns.planning.models import Campaign, Step
from kernel import clock
from kernel.errors import Refused


async def check_choice(ids: Sequence[int]) -> list[int]:
    """The chosen pieces in order, once each. Refused: one that there isn't, a plain text, or too many."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > attaching.MOST:
        raise Refused(f"一条消息最多带 {attaching.MOST} 个附件", code="pieces.many")
    found = await attaching.of_ids(wanted)
    if len(found) < len(wanted) or any(piece.kind == "text" for piece in found):
        raise Refused("选择的附件不在内容库里", code="pieces.unknown")
    return wanted


async def findings(campaign: Campaign, steps: Sequence[Step]) -> list[Finding]:
    """What stands against the pieces of each message."""
    found: list[Finding] = []
    for step in steps:
        if not step.pieces:
            continue
        if not step.text.strip():
            found.append(Finding("pieces.alone", "附件要和正文一起发送", "填写正文，或去掉附件", step.code))
            continue
        at = step.due_at or campaign.starts_at
        day = clock.local(at).date() if at is not None else None
        has_card = bool(step.link_url) and "活动链接" not in placeholders.used(step.text)
        ways = channels.of_step(campaign, step.code)
        found += attaching.findings(await attaching.of_ids(step.pieces), ways, day, has_card, step.code)
    return found


async def lines(step: Step) -> list[Piece]:
    """What a message carries, for pages."""
    return await attaching.of_ids(step.pieces)
