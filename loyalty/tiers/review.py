"""The monthly review: every client's month average, the tier it earns, and what changes; once per month."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, timedelta

from community.clients import timeline
from kernel import clock, database, logs
from kernel.database import transaction
from kernel.errors import Refused
from loyalty.assets import holdings
from loyalty.tiers import policies
from loyalty.tiers.models import TierReview
from loyalty.tiers.rules import Policy

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('loyalty.tiers.review', 0))"

# rules.next_standing, for all clients at once: the two are held equal by a property test.
# $1 month, $2 its last day, $3 divisor, $4..$6 codes, thresholds and grace of the tiers from low to high, $7 drop,
# $8 policy id, $9 since_on for who is raised, $10 first day of the next month, $11 months below from which staff are
# warned. {basis} is a column name of ours. Who had no standing yet, or a tier of another policy, is assigned: nobody
# rose or fell, because the earlier place on this ladder is not known.
REVIEW = """
WITH tier AS (
    SELECT row_number - 1 AS rank, code, threshold_fen, grace_months
    FROM unnest($4::text[], $5::bigint[], $6::int[]) WITH ORDINALITY AS t(code, threshold_fen, grace_months, row_number)
), average AS (
    SELECT client_id, floor(sum({basis})::numeric / $3::int)::bigint AS average_fen
    FROM client_day WHERE day BETWEEN $1::date AND $2::date GROUP BY 1
), fact AS (
    SELECT c.id AS client_id, COALESCE(a.average_fen, 0) AS average_fen, s.tier AS tier_before,
           COALESCE(had.rank, 0) AS rank, had.rank IS NULL AS is_new, COALESCE(s.months_below, 0) AS months_before,
           CASE WHEN s.months_below > 0 THEN GREATEST(s.best_below_fen, COALESCE(a.average_fen, 0))
                ELSE COALESCE(a.average_fen, 0) END AS best_fen
    FROM client c
    LEFT JOIN average a ON a.client_id = c.id
    LEFT JOIN standing s ON s.client_id = c.id
    LEFT JOIN tier had ON had.code = s.tier
    WHERE c.merged_into_id IS NULL AND (a.client_id IS NOT NULL OR s.id IS NOT NULL)
      AND (s.reviewed_month IS NULL OR s.reviewed_month < $1::date)
), earning AS (
    SELECT f.*, (SELECT COALESCE(max(t.rank), 0) FROM tier t WHERE t.threshold_fen <= f.average_fen) AS earned,
           (SELECT COALESCE(max(t.rank), 0) FROM tier t WHERE t.threshold_fen <= f.best_fen) AS best_earned,
           h.grace_months
    FROM fact f JOIN tier h ON h.rank = f.rank
), verdict AS (
    SELECT e.client_id, e.average_fen, e.tier_before, e.rank AS rank_before, e.is_new, e.months_before,
        CASE WHEN earned >= rank THEN earned
             WHEN months_before + 1 < grace_months THEN rank
             WHEN $7::text = 'best_of_window' THEN best_earned
             WHEN $7::text = 'one_down' THEN rank - 1
             ELSE earned END AS rank_after,
        CASE WHEN earned < rank AND months_before + 1 < grace_months THEN months_before + 1 ELSE 0 END AS months_below,
        CASE WHEN earned < rank AND months_before + 1 < grace_months THEN best_fen ELSE 0 END AS best_below_fen
    FROM earning e
), placed AS (
    SELECT v.*, t.code AS tier_after, COALESCE(v.tier_before, low.code) AS tier_was,
           CASE WHEN v.rank_after > v.rank_before THEN $9::date ELSE $10::date END AS since_on
    FROM verdict v JOIN tier t ON t.rank = v.rank_after JOIN tier low ON low.rank = 0
), stood AS (
    INSERT INTO standing (client_id, tier, months_below, best_below_fen, since_on, reviewed_month)
    SELECT client_id, tier_after, months_below, best_below_fen, since_on, $1::date FROM placed
    ON CONFLICT (client_id) DO UPDATE SET
        tier = EXCLUDED.tier, months_below = EXCLUDED.months_below, best_below_fen = EXCLUDED.best_below_fen,
        since_on = CASE WHEN standing.tier = EXCLUDED.tier THEN standing.since_on ELSE EXCLUDED.since_on END,
        reviewed_month = EXCLUDED.reviewed_month
), changed AS (
    INSERT INTO standing_change
        (client_id, month, tier_before, tier_after, months_below, average_fen, policy_id)
    SELECT client_id, $1::date, COALESCE(tier_before, ''), tier_after, months_below, average_fen, $8::bigint
    FROM placed WHERE tier_was <> tier_after OR months_before <> months_below
    ON CONFLICT (client_id, month) DO NOTHING
)
SELECT client_id, COALESCE(tier_before, '') AS tier_before, tier_after,
       CASE WHEN is_new THEN 'tier.assigned' WHEN rank_after > rank_before THEN 'tier.raised'
            WHEN rank_after < rank_before THEN 'tier.lowered' ELSE 'tier.watched' END AS kind
FROM placed
WHERE CASE WHEN is_new THEN tier_was <> tier_after
           ELSE rank_after <> rank_before OR (months_below = $11::int AND months_before < $11::int) END
"""

_log = logs.get(__name__)


async def review_month(month: date) -> TierReview:
    """Review one month (any of its days). Again for the same month: the first review, nothing is done twice.

    Refused: balances don't reach the month's end yet, a later month was reviewed before, or no policy is in force.
    """
    month = month.replace(day=1)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    async with transaction():
        await database.fetch(LOCK)
        if found := await TierReview.get_or_none(month=month):
            return found
        await _require_reviewable(month, last)
        policy_id, policy = await policies.in_force(last)
        review = await TierReview.create(month=month, policy_id=policy_id)
        rows = await database.fetch(_statement(policy), *_arguments(month, last, policy_id, policy))
        review.clients = await database.fetch_value("SELECT count(*) FROM standing WHERE reviewed_month = $1", month)
        await _record(review, rows)
        review.finished_at = clock.now()
        await review.save()
    _log.info("tiers.reviewed", month=month.isoformat(), clients=review.clients, raised=review.raised)
    return review


async def review_due() -> list[TierReview]:
    """Review every whole month that the balances cover and that was not reviewed yet, oldest first."""
    first = await database.fetch_value(
        """SELECT COALESCE((SELECT max(month) + interval '1 month' FROM tier_review),
                           (SELECT date_trunc('month', min(day)) FROM client_day),
                           (SELECT date_trunc('month', now())))::date"""
    )
    covered = await holdings.settled_until()
    if covered is None or not await database.fetch_value("SELECT 1 FROM tier_policy LIMIT 1"):
        return []
    effective = await database.fetch_value("SELECT min(effective_on) FROM tier_policy")
    month, done = max(first, effective.replace(day=1)), []
    while _next_month(month) - timedelta(days=1) <= covered:
        done.append(await review_month(month))
        month = _next_month(month)
    return done


def _statement(policy: Policy) -> str:
    column = {"total": "total_fen", "deposit": "deposit_fen"}[policy.basis]
    return REVIEW.format(basis=column)


def _arguments(month: date, last: date, policy_id: int, policy: Policy) -> list[object]:
    following = _next_month(month)
    return [
        month,
        last,
        30 if policy.day_count == "thirty" else last.day,
        [tier.code for tier in policy.tiers],
        [tier.threshold_fen for tier in policy.tiers],
        [tier.grace_months for tier in policy.tiers],
        policy.drop,
        policy_id,
        last if policy.upgrade == "at_once" else following,
        following,
        policy.watch_from,
    ]


async def _require_reviewable(month: date, last: date) -> None:
    covered = await holdings.settled_until()
    if covered is None or covered < last:
        raise Refused(f"余额数据还没有覆盖到 {last}，请先导入流水", code="tiers.month_incomplete")
    later = await database.fetch_value("SELECT 1 FROM tier_review WHERE month > $1", month)
    if later:
        raise Refused("更晚的月份已经评定过，不能补评", code="tiers.out_of_order")


async def _record(review: TierReview, rows: list[database.Row]) -> None:
    moves: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in rows:
        moves[row["kind"], row["tier_before"], row["tier_after"]].append(row["client_id"])
    for (kind, before, after), clients in moves.items():
        month = f"{review.month:%Y-%m}"
        await timeline.record_many(clients, kind, month=month, tier_before=before, tier_after=after)
        counter = kind.removeprefix("tier.")
        setattr(review, counter, getattr(review, counter) + len(clients))


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
