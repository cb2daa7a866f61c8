"""What was approved is what is sent: the words of a step are compared with the approved ones before they go out.

A text that changed after the start (by a hand in the database, by a fault) pauses its campaign; nothing of it is sent.
"""

from __future__ import annotations

from campaigns.planning import fingerprint, running, variants
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign, Step
from kernel import logs
from kernel.errors import Refused
from staff.models import Approval

REASON = "文字与批准时不同，已自动停下；请取消后重新送审"
_log = logs.get(__name__)


async def is_altered(campaign: Campaign, step: Step) -> bool:
    """Whether the step says anything else than what was approved; also when the approved text is gone or altered."""
    given = await Approval.filter(
        # an occurrence of a series says what was approved of its series
        subject=SUBJECT,
        subject_id__in=[one for one in (campaign.id, campaign.series_id) if one is not None],
        content_hash=campaign.approved_hash,
        state="approved",
    ).first()
    contents = given.summary.get("contents") if given is not None else None
    if given is None or contents is None or fingerprint.digest(contents) != given.content_hash:
        return True
    approved = [one for one in contents["steps"] if one["code"] == step.code]
    if contents.get("variants", []) != await variants.contents(campaign.id):
        return True
    return approved != [fingerprint.step_contents(step)]


async def hold(campaign: Campaign, step: Step) -> None:
    """Pause the campaign; what was only claimed waits again. No matter when somebody paused it in the same moment."""
    _log.error("campaign.text_altered", campaign=campaign.id, step=step.code)
    try:
        await running.pause(campaign.id, REASON, None)
    except Refused:
        return
