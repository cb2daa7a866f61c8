"""Every kind keeps to the face that planning and delivery rely on."""

from __future__ import annotations

import pytest

from campaigns.audience import reach
from campaigns.content import findings, library
from campaigns.kinds import registry
from campaigns.planning import drafting, fingerprint, listing, preflight
from campaigns.planning.models import Step
from community.sending.ledger import PURPOSES
from kernel import database
from tests.campaigns.conftest import Cast, make_clients

ALL = pytest.mark.parametrize("code", sorted(registry.KINDS))


@ALL
def test_a_kind_is_complete(code: str) -> None:
    kind = registry.KINDS[code]
    assert (kind.code, bool(kind.label), bool(kind.steps)) == (code, True, True)
    assert set(kind.channels) <= set(reach.CHANNELS)
    assert len({plan.code for plan in kind.steps}) == len(kind.steps)
    for plan in kind.steps:
        assert plan.who in kind.who
        assert plan.purpose in PURPOSES
        assert plan.channel in ("", *reach.CHANNELS)
        assert findings.blocking(library.check(plan.text)) == []


@ALL
async def test_a_draft_of_each_kind_can_be_made_read_saved_and_checked(cast: Cast, code: str) -> None:
    await make_clients(cast, 2)
    campaign = await drafting.create(code, "一个活动", cast.li)
    draft = await drafting.read(campaign)
    saved = await drafting.save(campaign.id, draft, cast.li, campaign.version)
    assert saved.version == campaign.version
    assert await fingerprint.of(saved) == await fingerprint.of(campaign)
    await preflight.check(await listing.get(campaign.id, cast.li))
    assert await Step.filter(campaign_id=campaign.id).count() == len(registry.KINDS[code].steps)


@ALL
async def test_each_rule_of_who_gets_a_step_is_good_sql(db: None, code: str) -> None:
    for rule in registry.KINDS[code].who.values():
        await database.fetch(f"SELECT d.client_id FROM delivery d WHERE d.decision = 'due' AND ({rule})")
