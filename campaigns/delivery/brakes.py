"""Brakes: a campaign of which too many messages fail is paused before the rest goes out, and says why."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from campaigns.delivery import reasons
from campaigns.planning import running
from kernel import clock, database
from kernel.errors import Refused

WINDOW = timedelta(minutes=15)
LEAST = 50
LEAST_OF_PILOT = 5
"""A pilot is there to be looked at: it is stopped over few messages, before everybody else gets the same."""
SHARE_PERCENT = 20

# what a person closed after looking into it is no word of the platform: it tells neither for nor against the campaign
_BY_HAND = "closed_by_hand"
# only since the last resume: whoever looked at it and went on shall not be stopped for the same failures again
_BAD = "send.state = 'failed' AND send.reason <> ALL($2::text[])"
_ENDED = """
SELECT campaign.id, count(*) AS ended, count(*) FILTER (WHERE {bad}) AS failed,
    mode() WITHIN GROUP (ORDER BY send.reason) FILTER (WHERE {bad}) AS reason,
    EXISTS (SELECT FROM step WHERE step.campaign_id = campaign.id AND step.rest_at > $4::timestamptz) AS is_pilot
FROM campaign JOIN send ON send.campaign_id = campaign.id
WHERE campaign.state = 'sending' AND send.state IN ('failed', 'accepted', 'confirmed', 'delivered')
    AND send.reason <> $3
    AND COALESCE(send.ended_at, send.accepted_at) > greatest($1::timestamptz, COALESCE((
        SELECT max(entry.created_at) FROM audit_entry entry
        WHERE entry.subject = 'campaign' AND entry.subject_id = campaign.id AND entry.action = 'campaign.resumed'
    ), $1::timestamptz))
GROUP BY campaign.id
"""


# closed beneath a campaign that goes on: after an outage (community.sending.outages)
_CLOSED = """
SELECT campaign.id, stream.reason FROM campaign JOIN stream ON stream.id = campaign.stream_id
WHERE campaign.state = 'sending' AND NOT stream.is_open
"""


class Verdict(NamedTuple):
    """What the brakes think of one campaign."""

    campaign_id: int
    is_too_bad: bool
    reason: str


def judge(campaign_id: int, ended: int, failed: int, reason: str, least: int = LEAST) -> Verdict:
    """Too bad: at least `least` messages ended in the window and SHARE_PERCENT or more of them failed. Pure."""
    is_too_bad = ended >= least and failed * 100 >= ended * SHARE_PERCENT
    why = f"最近 {ended} 条中有 {failed} 条失败（多为：{reasons.label(reason)}），已自动暂停"
    return Verdict(campaign_id, is_too_bad, why if is_too_bad else "")


async def pause_closed() -> list[int]:
    """Pause the campaigns whose sends lay too long over an outage, so that a person decides; returns which."""
    paused = []
    for row in await database.fetch(_CLOSED):
        try:
            await running.pause(row["id"], row["reason"], None)
        except Refused:
            continue
        paused.append(int(row["id"]))
    return paused


async def apply() -> list[int]:
    """Pause every campaign that fails too often; returns which."""
    paused = []
    statement, now = _ENDED.format(bad=_BAD), clock.now()
    for row in await database.fetch(statement, now - WINDOW, list(reasons.OF_THE_CLIENT), _BY_HAND, now):
        least = LEAST_OF_PILOT if row["is_pilot"] else LEAST
        verdict = judge(row["id"], row["ended"], row["failed"], row["reason"] or "", least)
        if not verdict.is_too_bad:
            continue
        try:
            await running.pause(verdict.campaign_id, verdict.reason, None)
        except Refused:
            # a person paused or cancelled it in the same moment
            continue
        paused.append(verdict.campaign_id)
    return paused
