"""Campaigns that a person may see and change: those of the own part of the bank, and to look at head office's too."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import RawSQL
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from campaigns.audience.deciding import Audience, Rival
from campaigns.planning import kind, variants
from campaigns.planning.models import Campaign
from kernel import database
from kernel.errors import NotFound
from staff import permissions, scope
from staff.models import Staff

ARCHIVED = "archived"


def visible(person: Staff) -> QuerySet[Campaign]:
    """The campaigns that this person may see, newest first, to be filtered further."""
    permissions.require(person, "campaigns.see")
    return _within(scope.campaigns(person)).order_by("-id")


async def get(campaign_id: int, person: Staff) -> Campaign:
    """One campaign with author, last editor and branch. NotFound: none, or not for this person."""
    campaign = await visible(person).prefetch_related("author", "last_editor", "branch").get_or_none(id=campaign_id)
    if campaign is None:
        raise NotFound()
    return campaign


async def lock(campaign_id: int, person: Staff | None) -> Campaign:
    """One campaign that the person may change (None: our own work), its row locked until the transaction ends."""
    if not database.is_in_transaction():
        raise RuntimeError("a lock needs a transaction")
    campaign = await Campaign.select_for_update().get_or_none(id=campaign_id)
    if campaign is None or (person and not await may_change(campaign, person)):
        raise NotFound()
    return campaign


async def may_change(campaign: Campaign, person: Staff) -> bool:
    """Whether the campaign is of this person's part of the bank; what head office plans, head office changes."""
    return await _within(scope.campaigns(person, to_change=True)).filter(id=campaign.id).exists()


async def counts(person: Staff) -> dict[str, int]:
    """How many visible campaigns stand in each state, for the tabs of the list; `archived`: those put away."""
    kept = visible(person).filter(archived_at=None)
    grouped = kept.order_by("state").annotate(campaigns=Count("id")).group_by("state")
    found = {str(state): int(campaigns) for state, campaigns in await grouped.values_list("state", "campaigns")}
    away = await visible(person).filter(archived_at__not_isnull=True).count()
    return found | ({ARCHIVED: away} if away else {})


async def audience_of(campaign: Campaign, rivals: Sequence[Rival] = ()) -> Audience:
    """Who the campaign speaks to, within the scope of its author. rivals: see `arbitration.rivals`."""
    return Audience(
        author=await Staff.get(id=campaign.author_id),
        channel=campaign.channel,
        tree=campaign.conditions,
        salt=campaign.salt,
        control_percent=campaign.control_percent,
        products=tuple(campaign.products),
        fallbacks=tuple(campaign.fallbacks),
        shares=await variants.shares(campaign.id),
        rivals=tuple(rivals),
        is_service=kind.of(campaign.kind).steps[0].purpose == "service",
    )


def _within(allowed: scope.Condition) -> QuerySet[Campaign]:
    # the condition is scope's own text, with a number in it
    return Campaign.filter(id__in=RawSQL(f"(SELECT m.id FROM campaign m WHERE {allowed.literal})"))  # noqa: S608
