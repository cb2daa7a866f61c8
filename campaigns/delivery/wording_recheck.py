"""Words are checked once more when their sends are written: rules that changed since the approval hold them back."""

from __future__ import annotations

from campaigns.content import findings, rules, wording
from campaigns.planning import running, variants
from campaigns.planning.models import Campaign, Step
from kernel import logs
from kernel.errors import Refused

REASON = "文字含有现行宣传规则禁止的内容，已自动停下；请取消后修改并重新送审"
_log = logs.get(__name__)


async def passes(campaign: Campaign, step: Step) -> bool:
    """Whether the step, in every version, may be said under the rules of today; their version is put on the step."""
    book = await rules.refresh()
    said = [step.text, *(variants.in_words(step, one).text for one in await variants.of(campaign.id))]
    step.rules_version = book.version
    return not any(findings.blocking(wording.check(text, step.code, book)) for text in said)


async def hold(campaign: Campaign, step: Step) -> None:
    """Pause the campaign; nothing of the step is sent. No matter when somebody paused it in the same moment."""
    _log.error("campaign.text_forbidden", campaign=campaign.id, step=step.code, rules=step.rules_version)
    try:
        await running.pause(campaign.id, REASON, None)
    except Refused:
        return
