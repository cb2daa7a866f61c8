"""What was fine when it was approved is read again by the wording rules in force on the day that it is said.

A journey runs for months; a word that the bank forbids meanwhile must not go out because it was allowed once.
"""

from __future__ import annotations

from campaigns.content import findings
from campaigns.content import rules as wording_rules
from campaigns.journeys import checking, definition, steadiness
from campaigns.journeys.models import Journey, JourneyVersion

MOST_KEPT = 1_000
# by the digest of the version and the version of the rules; neither's content ever changes
_known: dict[tuple[str, str], str] = {}


async def is_allowed(journey: Journey, version: JourneyVersion) -> bool:
    """Whether all messages of a version may be said today; otherwise the journey is paused and says why.

    Inside the caller's transaction.
    """
    book = await wording_rules.refresh()
    key = (version.content_hash, book.version)
    if key not in _known:
        if len(_known) >= MOST_KEPT:
            _known.clear()
        _known[key] = _against(version)
    if not _known[key]:
        return True
    reason = f"按现行宣传规则不能再发送：{_known[key]}；请修改后重新送审"
    await steadiness.stop(journey, reason, "wording")
    return False


def _against(version: JourneyVersion) -> str:
    classes = sorted({one["class"] for one in version.contents["products"]})
    steps = [placed.step for placed in definition.steps_of(version.contents["definition"])]
    found = [finding for step in steps if step["kind"] == "send" for finding in checking.of_step(step, classes)]
    return "；".join(dict.fromkeys(finding.message for finding in findings.blocking(found)))
