"""A pilot: a small part hears the first message first, and the others only when nothing went wrong with it."""

from __future__ import annotations

from typing import Any

from campaigns.planning.models import Campaign
from kernel.errors import Refused

MOST_PERCENT = 50
MINUTES = (10, 24 * 60)
BY_MEMBERS = frozenset({"wecom_message", "wecom_group", "moments"})
"""Channels on which a member of staff stands behind each message, so that the author's own unit can go first."""

BEHIND = "COALESCE(NULLIF(t.sender_userid, ''), t.recipient)"
"""Who stands behind the target t: the member who confirms, or in moments the recipient, who is a member."""
_OWN = """
EXISTS (SELECT FROM staff mate JOIN staff author ON author.id = {author}::bigint
    WHERE mate.wecom_userid = {sender} AND mate.wecom_userid <> ''
        AND mate.branch_id IS NOT DISTINCT FROM author.branch_id)
"""


def own_sql(campaign: Campaign, sender: str) -> str:
    """Whether a member (SQL of our own for the userid) belongs to the unit of the campaign's author."""
    return _OWN.format(author=campaign.author_id, sender=sender)


def has(campaign: Campaign) -> bool:
    """Whether a part of the campaign goes first."""
    return campaign.pilot_own or campaign.pilot_percent > 0


def check(channel: str, percent: int, minutes: int, is_own: bool) -> tuple[int, int, bool]:
    """All three as they are kept. Refused: a share that is none, no time to look at it, nobody's clients."""
    if not 0 <= percent <= MOST_PERCENT:
        raise Refused(f"试点比例须在 0 到 {MOST_PERCENT}% 之间", code="campaign.pilot_percent")
    if (percent or is_own) and not MINUTES[0] <= minutes <= MINUTES[1]:
        raise Refused("试点与其余之间须隔 10 分钟到 24 小时", code="campaign.pilot_minutes")
    if is_own and channel not in BY_MEMBERS:
        raise Refused("这个渠道不经过员工，试点只能按比例", code="campaign.pilot_own")
    # the own unit's clients are the whole pilot: a share beside it would only raise the question which one counts
    return (0 if is_own else percent), minutes, is_own


def contents(campaign: Campaign) -> list[Any] | None:
    """What is approved of the pilot; None where everybody hears at once."""
    if not has(campaign):
        return None
    return [campaign.pilot_percent, campaign.pilot_own, campaign.pilot_minutes]
