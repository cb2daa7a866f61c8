"""An audience is asked for anew at the start: where it outgrew what one person may approve, a second one says yes."""

from __future__ import annotations

from campaigns.planning import reaching
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign
from staff import approval_reading, approval_rules
from staff.models import Approval, Staff


async def reason(campaign: Campaign, asked: Approval | None = None) -> str:
    """Why the word given (of the latest question, or of `asked`) is not enough by now; empty when it is."""
    asked = asked or await asked_of(campaign)
    rule = await approval_rules.in_force(SUBJECT)
    people = await reaching.people(campaign)
    if asked is None or rule.needs(people.due) <= asked.needs:
        return ""
    return f"送审时 {asked.size:,} 人，现在 {people.due:,} 人，超过一人批准的界限 {rule.second_above:,} 人"


async def has_approved(campaign: Campaign, person: Staff) -> bool:
    """Whether this person's yes is among those that were given: it can't be the second one, too."""
    asked = await asked_of(campaign)
    votes = (await approval_reading.votes_of([asked.id])).get(asked.id, []) if asked is not None else []
    return any(vote.is_yes and person.id in (vote.staff_id, vote.on_behalf_of_id) for vote in votes)


async def asked_of(campaign: Campaign) -> Approval | None:
    """The latest question about a campaign; of an occurrence that nobody changed, the one about its series."""
    own = await approval_reading.latest(SUBJECT, campaign.id)
    if own is not None or campaign.series_id is None:
        return own
    return await approval_reading.latest(SUBJECT, campaign.series_id)
