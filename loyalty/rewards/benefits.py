"""Benefits a client receives: granted once per client, benefit and period, as far as the stock goes; then used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from community.clients import timeline
from kernel import clock, database
from kernel.database import transaction
from kernel.errors import NotFound, Refused
from loyalty.rewards import periods
from loyalty.rewards.kinds import registry
from loyalty.rewards.models import Benefit, Grant
from loyalty.tiers import policies
from loyalty.tiers.models import TierReview
from staff import audit
from staff.models import Staff

GRANT_ONE = """
INSERT INTO grant_ (client_id, benefit_id, period, cause, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (client_id, benefit_id, period) DO NOTHING RETURNING id
"""
TAKE_STOCK = "UPDATE benefit SET stock = stock - 1 WHERE id = $1 AND (stock IS NULL OR stock > 0)"

# who was raised in month $2 from a tier of $5 to the benefit's tier $4 and stands there still; where the stock ($6) is
# short, the best averages first
GRANT_RAISED = """
INSERT INTO grant_ (client_id, benefit_id, period, cause, created_at)
SELECT ch.client_id, $1::bigint, $3::text, 'tier.raised', $7::timestamptz
FROM standing_change ch
JOIN standing s ON s.client_id = ch.client_id AND s.tier = ch.tier_after
JOIN client c ON c.id = ch.client_id AND c.merged_into_id IS NULL
WHERE ch.month = $2::date AND ch.tier_after = $4::text AND ch.tier_before = ANY($5::text[])
  AND NOT EXISTS (
      SELECT 1 FROM grant_ g WHERE g.client_id = ch.client_id AND g.benefit_id = $1::bigint AND g.period = $3::text
  )
ORDER BY ch.average_fen DESC, ch.client_id
LIMIT $6::bigint
ON CONFLICT (client_id, benefit_id, period) DO NOTHING
RETURNING client_id
"""

GRANT_MANY = """
INSERT INTO grant_ (client_id, benefit_id, period, cause, created_at)
SELECT id, $1, $2, 'staff', $4 FROM client WHERE id = ANY($3::bigint[]) AND merged_into_id IS NULL ORDER BY id
ON CONFLICT (client_id, benefit_id, period) DO NOTHING RETURNING client_id
"""
TAKE_MANY = "UPDATE benefit SET stock = stock - $2::int WHERE id = $1 AND (stock IS NULL OR stock >= $2)"


async def create(
    code: str,
    name: str,
    kind: str,
    tier: str,
    *,
    period: str = "quarter",
    description: str = "",
    value_fen: int = 0,
    stock: int | None = None,
    partner: str = "",
) -> Benefit:
    """Add a benefit to the catalogue; a known code returns the first one. Refused: its kind says what is missing."""
    if found := await Benefit.get_or_none(code=code):
        return found
    benefit = Benefit(
        code=code,
        name=name,
        kind=kind,
        tier=tier,
        period=period,
        description=description,
        value_fen=value_fen,
        stock=stock,
        partner=partner,
    )
    if period not in periods.PERIODS:
        raise Refused("发放周期只能是月、季或年", code="benefit.bad_period")
    if stock is not None and stock < 0:
        raise Refused("库存不能为负", code="benefit.bad_stock")
    if problem := registry.of(benefit).check(benefit):
        raise Refused(problem, code="benefit.incomplete")
    await benefit.save()
    return benefit


async def grant(
    client_id: int, benefit_id: int, *, on: date | None = None, cause: str = "staff", by: Staff | None = None
) -> Grant:
    """Grant once for the period in which `on` lies (today); again: the first grant. Refused: inactive, out of stock."""
    async with transaction():
        # locked before the grant is written, as a review does: the two never wait for each other in a ring
        benefit = await Benefit.filter(id=benefit_id).select_for_update().first()
        if benefit is None or not benefit.is_active:
            raise NotFound("没有这项权益，或已停用")
        period = periods.name_of(benefit.period, on or clock.today())
        made = await database.fetch_value(GRANT_ONE, client_id, benefit_id, period, cause, clock.now())
        if made is None:
            return await Grant.get(client_id=client_id, benefit_id=benefit_id, period=period)
        if not await database.execute(TAKE_STOCK, benefit_id):
            raise Refused("这项权益已领完", code="benefit.out_of_stock")
        await timeline.record(client_id, "benefit.granted", by=by, benefit=benefit.code, period=period)
        return await Grant.get(id=made)


async def grant_many(benefit_id: int, client_ids: Sequence[int], period: str, by: Staff) -> list[int]:
    """Grant to all of these clients or to none; who has it for the period is left out. Returns who got it now.

    Refused: inactive, the period is over, or the stock doesn't suffice for all.
    """
    async with transaction():
        benefit = await Benefit.filter(id=benefit_id).select_for_update().first()
        if benefit is None or not benefit.is_active:
            raise NotFound("没有这项权益，或已停用")
        if periods.last_day(period) < clock.today():
            raise Refused("发放的周期已经过去", code="benefit.expired")
        rows = await database.fetch(GRANT_MANY, benefit_id, period, list(client_ids), clock.now())
        made = [row["client_id"] for row in rows]
        if not await database.execute(TAKE_MANY, benefit_id, len(made)):
            raise Refused(f"库存只剩 {benefit.stock} 份，不够发给 {len(made)} 位客户", code="benefit.out_of_stock")
        await timeline.record_many(made, "benefit.granted", by=by, benefit=benefit.code, period=period)
    return made


async def grant_to_raised(review: TierReview) -> int:
    """Grant the benefits of their new tier to all whom a review raised; safe to repeat. Returns how many were made.

    The period is the one in which the new tier begins to count, the month after; nothing for a period that is over.
    """
    begins = review.month.replace(day=1) + timedelta(days=32)
    policy = await policies.get(review.policy_id)
    made = 0
    for benefit in await Benefit.filter(is_active=True).order_by("id"):
        period = periods.name_of(benefit.period, begins.replace(day=1))
        lower = [tier.code for tier in policy.tiers[: policy.rank(benefit.tier)]]
        if lower and periods.last_day(period) >= clock.today():
            made += await _grant_to_raised(benefit, review.month, period, lower)
    return made


async def redeem(grant_id: int, *, by: Staff | None = None) -> Grant:
    """Use a granted benefit, once. Refused: used already, taken back, or its period is over."""
    async with transaction():
        found = await Grant.get_or_none(id=grant_id).select_related("benefit")
        if found is None:
            raise NotFound("没有这项权益")
        if periods.last_day(found.period) < clock.today():
            raise Refused("这项权益已过期", code="benefit.expired")
        used = await Grant.filter(id=grant_id, state="granted").update(state="redeemed", redeemed_at=clock.now())
        if not used:
            raise Refused("这项权益已经使用或收回", code="benefit.used")
        await timeline.record(
            found.client_id, "benefit.redeemed", by=by, benefit=found.benefit.code, period=found.period
        )
        if by is not None:
            await audit.record(by, "benefit.redeemed", "grant", grant_id, client=found.client_id)
    return await Grant.get(id=grant_id)


async def take_back(grant_id: int, by: Staff) -> Grant:
    """Take a benefit back that was not used yet, and put it into the stock again. Refused: used or taken back."""
    async with transaction():
        found = await Grant.get_or_none(id=grant_id)
        if found is None:
            raise NotFound("没有这项权益")
        # the benefit first, as whoever grants does
        benefit = await Benefit.filter(id=found.benefit_id).select_for_update().get()
        if not await Grant.filter(id=grant_id, state="granted").update(state="reversed"):
            raise Refused("这项权益已经使用或收回", code="benefit.used")
        await database.execute("UPDATE benefit SET stock = stock + 1 WHERE id = $1", benefit.id)
        await timeline.record(found.client_id, "benefit.reversed", by=by, benefit=benefit.code, period=found.period)
        await audit.record(by, "benefit.reversed", "grant", grant_id, client=found.client_id)
    return await Grant.get(id=grant_id)


async def _grant_to_raised(benefit: Benefit, month: date, period: str, lower: list[str]) -> int:
    async with transaction():
        # the row's lock holds the stock still until the grants are counted against it
        locked = await database.fetch_one("SELECT stock FROM benefit WHERE id = $1 FOR UPDATE", benefit.id)
        stock = locked["stock"] if locked else 0
        given = (benefit.id, month, period, benefit.tier, lower, stock, clock.now())
        rows = await database.fetch(GRANT_RAISED, *given)
        clients = [row["client_id"] for row in rows]
        if clients and stock is not None:
            await database.execute("UPDATE benefit SET stock = stock - $2 WHERE id = $1", benefit.id, len(clients))
        await timeline.record_many(clients, "benefit.granted", benefit=benefit.code, period=period)
    return len(clients)
