"""Words and what they carry are checked once more when their sends are written: what changed since holds them back."""

from __future__ import annotations

from campaigns.content import findings, rules, wording
from campaigns.planning import carrying, running, variants
from campaigns.planning.models import Campaign, Step
from kernel import logs
from kernel.errors import Refused

REASON = "文字含有现行宣传规则禁止的内容，已自动停下；请取消后修改并重新送审"
_log = logs.get(__name__)


async def objection(campaign: Campaign, step: Step) -> str:
    """Why the step, in any version, may not be said today; empty when it may. The rules' version is put on the step.

    The rules of today forbid words or a site, or a piece that it carries was retired, withdrawn or is out of its days.
    """
    book = await rules.refresh()
    said = [step.text, *(variants.in_words(step, one).text for one in await variants.of(campaign.id))]
    step.rules_version = book.version
    if any(findings.blocking(wording.check(text, step.code, book)) for text in said):
        return REASON
    carried = "；".join(one.message for one in await carrying.standing(campaign, [step]))
    return f"已自动停下，请取消后修改并重新送审：{carried}" if carried else ""


async def hold(campaign: Campaign, step: Step, reason: str) -> None:
    """Pause the campaign; nothing of the step is sent. No matter when somebody paused it in the same moment."""
    _log.error("campaign.text_forbidden", campaign=campaign.id, step=step.code, rules=step.rules_version)
    try:
        await running.pause(campaign.id, reason, None)
    except Refused:
        return
