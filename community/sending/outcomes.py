"""What becomes of a send after its call: the fault's class decides, and one statement writes it down for many."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from community.sending import holding, leases, routing
from kernel import clock, database
from wechat.faults import Blocked, Done, Later, Never, NotSent, Unknown, WeChatFault

ATTEMPTS = 6
LONGEST_S = 3600.0
RETURNED = """
SELECT recipient, app, count(*) AS n FROM done WHERE channel = 'oa_service' AND state = 'planned'
GROUP BY recipient, app
"""
RECORD = f"""
WITH done AS (
  UPDATE send SET state = said.state, reason = said.reason, msgid = said.msgid,
    due_at = coalesce($3::timestamptz + said.after * interval '1 second', due_at),
    attempts = attempts - said.refund::int,
    counted_on = CASE WHEN said.state IN ('planned', 'failed') THEN NULL ELSE counted_on END,
    batch_id = CASE WHEN said.state = 'planned' THEN NULL ELSE batch_id END,
    accepted_at = CASE WHEN said.state IN ('accepted', 'delivered') THEN $3 ELSE accepted_at END,
    delivered_at = CASE WHEN said.state = 'delivered' THEN $3 ELSE delivered_at END,
    ended_at = CASE WHEN said.state IN ('delivered', 'failed') THEN $3 ELSE ended_at END,
    lease_owner = CASE WHEN said.state = 'planned' THEN '' ELSE lease_owner END, lease_until = NULL,
    welcome_code = CASE WHEN said.state IN ('delivered', 'failed') THEN '' ELSE welcome_code END
  FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::bool[])
    AS said(id, state, reason, msgid, after, refund)
  WHERE send.id = said.id AND send.lease_owner = $2 AND send.state || '' IN ('requested', 'unknown')
  RETURNING send.state, channel, recipient, app
), restored AS (
  {leases.GIVE_WINDOW.format(back=RETURNED)}
)
SELECT count(*) FROM done
"""  # noqa: S608  # only constants are filled in; state || '': see requesting.REQUEST


@dataclass(frozen=True, slots=True)
class Outcome:
    """The next state; after: seconds until it is due again; refund: the attempt does not count; hold: rest the channel.

    hold_s None with a hold reason: until a person ends it. app: the account that rests.
    """

    state: str
    reason: str = ""
    msgid: str = ""
    after: float | None = None
    refund: bool = False
    hold: str = ""
    hold_s: float | None = None
    app: str = ""


def of_fault(fault: WeChatFault, attempts: int, jitter: float | None = None, *, app: str = "") -> Outcome:
    """The outcome of a call that raised. attempts: calls made before this one; jitter: 0 to 1 (drawn when None).

    app: the account that was called; when it must rest, the others go on.
    """
    if isinstance(fault, Done):
        return Outcome("accepted", msgid=str(fault.details.get("msgid", "")))
    if isinstance(fault, Never):
        return Outcome("failed", fault.reason[:60] or "refused")
    if isinstance(fault, Unknown):
        return Outcome("unknown", fault.reason[:60])
    if isinstance(fault, Blocked):
        hold = fault.message or fault.reason
        return Outcome("planned", "channel_held", refund=True, hold=hold, hold_s=fault.after, app=app)
    if isinstance(fault, NotSent):
        # the network is gone for everybody: one rest for the channel instead of a retry of each row
        return Outcome("planned", fault.reason, refund=True, hold=fault.message or fault.reason, hold_s=fault.after)
    if isinstance(fault, Later) and attempts + 1 < ATTEMPTS and (least := fault.after_try(attempts)) is not None:
        drawn = random.random() if jitter is None else jitter  # nosemgrep: no-chance-where-secrets-are-made
        return Outcome("planned", fault.reason[:60], after=back_off(attempts, least, drawn))
    return Outcome("failed", "gave_up")


def back_off(attempts: int, least: float, jitter: float) -> float:
    """Seconds until the next try: doubling from one second, never less than `least`, up to half as much again."""
    return max(min(2.0**attempts, LONGEST_S), least) * (1 + jitter / 2)


async def record(owner: str, channel: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
    """Write the outcomes of one dispatcher's calls; a row that was ended meanwhile stays as it is."""
    await database.execute(
        RECORD,
        routing.default("official_account"),
        owner,
        clock.now(),
        [send_id for send_id, _ in outcomes],
        [outcome.state for _, outcome in outcomes],
        [outcome.reason for _, outcome in outcomes],
        [outcome.msgid for _, outcome in outcomes],
        [outcome.after for _, outcome in outcomes],
        [outcome.refund for _, outcome in outcomes],
    )
    await rest(channel, [outcome for _, outcome in outcomes])


async def rest(channel: str, outcomes: Sequence[Outcome]) -> None:
    """Hold the channel when one of the outcomes asks for it, for the account that is concerned."""
    for app, reason, seconds in {(one.app, one.hold, one.hold_s) for one in outcomes if one.hold}:
        until = None if seconds is None else clock.now() + timedelta(seconds=seconds)
        await holding.hold(channel, reason[:200], until, app=app)
