"""Versions of a campaign's messages, A/B/n: what each says, which share of the treated people gets it.

A is what the steps themselves say. Who gets which is drawn by a stable hash (campaigns.audience.sampling): nobody gets
two, and nobody changes sides between two messages of one campaign. There is no automatic winner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.content.findings import Finding
from campaigns.planning.models import Campaign, Step, Variant
from kernel.errors import Refused

CODES = "ABCDEF"
PARTS = ("text", "link_title", "link_url")
SMALLEST = 5
LONGEST_LABEL = 40
FEW = 100
"""Treated people per version under which no difference of any size is going to be seen."""


@dataclass(frozen=True)
class Version:
    """What the editor holds of one version; texts: step code -> part -> words, empty: as the step says it."""

    code: str
    share: int
    label: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


async def of(campaign_id: int) -> list[Variant]:
    """The versions in order; empty where there is nothing to compare."""
    return await Variant.filter(campaign_id=campaign_id).order_by("code")


async def shares(campaign_id: int) -> tuple[tuple[str, int], ...]:
    """Code and percent of each version, in order; empty where there is nothing to compare."""
    return tuple((one.code, one.share) for one in await of(campaign_id))


async def read(campaign_id: int) -> tuple[Version, ...]:
    """The versions as a draft holds them."""
    return tuple(Version(one.code, one.share, one.label, one.texts) for one in await of(campaign_id))


async def write(campaign: Campaign, versions: Sequence[Version], step_codes: set[str]) -> None:
    """Put these versions in place of the campaign's (inside the caller's transaction). Refused: they don't add up."""
    check(versions, step_codes)
    await Variant.filter(campaign_id=campaign.id).delete()
    for one in versions:
        texts = {step: dict(parts) for step, parts in one.texts.items() if any(parts.values())}
        kept = {} if one.code == "A" else texts
        label = one.label.strip()
        await Variant.create(campaign_id=campaign.id, code=one.code, label=label, share=one.share, texts=kept)


def check(versions: Sequence[Version], step_codes: set[str]) -> None:
    """Refused: not A, B, C ... in order, shares that are not 100 together or too small, a step that isn't there."""
    if not versions:
        return
    if "".join(one.code for one in versions) != CODES[: len(versions)] or len(versions) < 2:
        raise Refused(f"对照版本为 A 到 {CODES[-1]}，至少两个", code="variants.codes")
    if any(one.share < SMALLEST for one in versions):
        raise Refused(f"每个版本至少占 {SMALLEST}%", code="variants.share")
    if (total := sum(one.share for one in versions)) != 100:
        raise Refused(f"各版本的比例合计须为 100%，现在是 {total}%", code="variants.sum")
    if any(len(one.label.strip()) > LONGEST_LABEL for one in versions):
        raise Refused(f"版本名称最多 {LONGEST_LABEL} 个字", code="variants.label")
    for one in versions:
        if set(one.texts) - step_codes or any(set(parts) - set(PARTS) for parts in one.texts.values()):
            raise Refused("没有这一步", code="campaign.step_unknown")


async def contents(campaign_id: int) -> list[dict[str, Any]]:
    """What an approver answers for, in plain JSON."""
    return [
        {"code": one.code, "label": one.label, "share": one.share, "texts": one.texts} for one in await of(campaign_id)
    ]


def in_words(step: Step, variant: Variant | None) -> Step:
    """The step as this version says it; not a row, and never to be saved. A version that says nothing says the same."""
    if variant is None:
        return step
    said = variant.texts.get(step.code, {})
    made = step.clone(pk=step.pk)
    for part in PARTS:
        setattr(made, part, said.get(part) or getattr(step, part))
    if said.get("link_url") and not said.get("link_title"):
        # another address under the old title would mislead
        made.link_title = ""
    return made


def every(steps: Sequence[Step], versions: Sequence[Variant]) -> Iterator[tuple[Variant, Step]]:
    """Each message of each further version that says something of its own, with the version."""
    for one in versions:
        for step in steps:
            if one.texts.get(step.code):
                yield one, in_words(step, one)


def findings(steps: Sequence[Step], versions: Sequence[Variant], due: int) -> list[Finding]:
    """Versions that say all the same, or have too few people to tell anything."""
    found = []
    for one in versions[1:]:
        if all(in_words(step, one).text == step.text and _link_of(step, one) == step.link_url for step in steps):
            message = f"版本 {one.code} 与版本 A 完全相同，比较不出差别"
            found.append(Finding("variants.same", message, "改写版本的正文或链接，或删去这个版本", "variants"))
    smallest = min((one.share for one in versions), default=100)
    if versions and due * smallest // 100 < FEW:
        message = f"最小的版本只有约 {due * smallest // 100} 人，很难看出差别"
        fix = "减少版本，或扩大人群"
        found.append(Finding("variants.few", message, fix, "variants", is_blocking=False))
    return found


def _link_of(step: Step, variant: Variant) -> str:
    return in_words(step, variant).link_url
