"""What the messages of a campaign carry from the library: checked against its day and its channels."""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.content import attaching, placeholders, wording, wording_links
from campaigns.content.findings import Finding
from campaigns.content.models import Piece
from campaigns.planning import channels, variants
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
    """What stands against the pieces of each message on the day it goes out: the planned one, or today once past."""
    found: list[Finding] = []
    for step in steps:
        if not step.pieces:
            continue
        if not step.text.strip():
            found.append(Finding("pieces.alone", "附件要和正文一起发送", "填写正文，或去掉附件", step.code))
            continue
        at = step.due_at or campaign.starts_at
        day = max(clock.local(at).date(), clock.today()) if at is not None else None
        has_card = bool(step.link_url) and "活动链接" not in placeholders.used(step.text)
        ways = channels.of_step(campaign, step.code)
        found += attaching.findings(await attaching.of_ids(step.pieces), ways, day, has_card, step.code)
    return found


async def standing(campaign: Campaign, steps: Sequence[Step]) -> list[Finding]:
    """What forbids by now what these messages carry, in every version: an approval may be weeks old.

    The rules of wording must be fresh (rules.refresh): sites leave their list, too.
    """
    said = [step for step in steps if step.text.strip()]
    every = [*said, *(step for _, step in variants.every(said, await variants.of(campaign.id)))]
    found = await findings(campaign, said) + [one for step in every for one in link_findings(step)]
    return list(dict.fromkeys(one for one in found if one.is_blocking))


def link_findings(step: Step) -> list[Finding]:
    """What stands against the link of a message: where it leads, and what its title says."""
    titled = wording.check(step.link_title, step.code)
    # a press on the finding's button mends the text, never the title
    said = [one._replace(message=f"链接标题：{one.message}", start=0, end=0, replacement=None) for one in titled]
    return wording_links.findings(step.link_url, step.code) + said


async def lines(step: Step) -> list[Piece]:
    """What a message carries, for pages."""
    return await attaching.of_ids(step.pieces)
