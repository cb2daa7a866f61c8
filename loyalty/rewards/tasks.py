"""Work of rewards that is woken by the clock."""

from __future__ import annotations

from kernel.tasks import task
from loyalty.rewards import benefits, points, telling_of_grants
from loyalty.tiers import review
from loyalty.tiers.models import TierReview


@task("default")
async def monthly_review() -> None:
    """Review every month that waits; whom a review raised gets the tier's benefits and is told."""
    await review.review_due()
    # the last year's: several months may wait at once, and a benefit of the year stays open that long
    for done in await TierReview.all().order_by("-month").limit(12):
        await benefits.grant_to_raised(done)
    await telling_of_grants.tell_waiting()


@task("default")
async def tell_of_grants() -> None:
    """Tell clients of grants they don't know of yet."""
    await telling_of_grants.tell_waiting()


@task("default")
async def reconcile_points() -> None:
    """Add up the journal of points and compare it with the balances."""
    await points.reconcile()
