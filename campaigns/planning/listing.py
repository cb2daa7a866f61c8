"""Campaigns that a person may see: head office all of them, a branch its own and those of head office."""

from __future__ import annotations

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from campaigns.audience.deciding import Audience
from campaigns.planning.models import Campaign
from kernel import database
from kernel.errors import NotFound
from staff import permissions
from staff.models import Staff


def visible(person: Staff) -> QuerySet[Campaign]:
    """The campaigns that this person may see, newest first, to be filtered further."""
    permissions.require(person, "campaigns.see")
    campaigns = Campaign.all().order_by("-id")
    if person.branch_id is None:
        return campaigns
    return campaigns.filter(Q(branch_id=person.branch_id) | Q(branch_id=None))


async def get(campaign_id: int, person: Staff) -> Campaign:
    """One campaign with author, last editor and branch. NotFound: none, or not for this person."""
    campaign = await visible(person).prefetch_related("author", "last_editor", "branch").get_or_none(id=campaign_id)
    if campaign is None:
        raise NotFound()
    return campaign


async def lock(campaign_id: int, person: Staff | None) -> Campaign:
    """One campaign, its row locked until the transaction ends. A branch can't change what head office plans."""
    if not database.is_in_transaction():
        raise RuntimeError("a lock needs a transaction")
    campaign = await Campaign.select_for_update().get_or_none(id=campaign_id)
    if campaign is None or (person and person.branch_id is not None and campaign.branch_id != person.branch_id):
        raise NotFound()
    return campaign


async def counts(person: Staff) -> dict[str, int]:
    """How many visible campaigns stand in each state, for the tabs of the list."""
    grouped = visible(person).order_by("state").annotate(campaigns=Count("id")).group_by("state")
    return {str(state): int(campaigns) for state, campaigns in await grouped.values_list("state", "campaigns")}


async def audience_of(campaign: Campaign) -> Audience:
    """Who the campaign speaks to, within the scope of its author."""
    return Audience(
        author=await Staff.get(id=campaign.author_id),
        channel=campaign.channel,
        tree=campaign.conditions,
        salt=campaign.salt,
        control_percent=campaign.control_percent,
    )
