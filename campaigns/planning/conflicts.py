"""What a campaign touches that people may have declared an interest in: products, their issuers, clients it reaches."""

from __future__ import annotations

from campaigns.audience import deciding
from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign
from community.suitability.models import Product
from kernel import database

# the audience is asked for the few declared clients, never walked
_DECLARED = """
SELECT DISTINCT i.ref FROM interest i JOIN ({members}) m ON m.id = (
    SELECT COALESCE(c.merged_into_id, c.id) FROM client c WHERE c.id = CASE i.kind WHEN 'client' THEN i.ref::bigint END)
WHERE i.kind = 'client' AND i.ended_at IS NULL ORDER BY i.ref
"""


async def of(campaign: Campaign) -> list[str]:
    """Refs as `staff.interests` compares them: product:CODE, company:ISSUER, client:NUMBER."""
    codes = list(campaign.products)
    refs = [f"product:{code}" for code in codes]
    issuers = await Product.filter(code__in=codes).values_list("issuer", flat=True) if codes else []
    refs += sorted({f"company:{issuer}" for issuer in issuers if issuer})
    if kind.of(campaign.kind).is_open:
        # said to nobody in particular
        return refs
    members = await deciding.members(await listing.audience_of(campaign))
    found = await database.fetch(_DECLARED.format(members=members.sql), *members.arguments)
    return refs + [f"client:{row['ref']}" for row in found]
