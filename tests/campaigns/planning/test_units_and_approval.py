"""An approval is for the part of the bank that was shown: it doesn't hold for a larger one."""

from __future__ import annotations

from datetime import timedelta

from campaigns.audience import deciding, segments
from campaigns.planning import fingerprint
from kernel import clock, database
from staff import delegations, organisation
from staff.models import Staff
from tests.campaigns.conftest import Cast, draft_of, make_clients


async def test_a_unit_that_comes_under_the_named_one_changes_what_was_approved(cast: Cast) -> None:
    campaign = await draft_of(cast, tree={"field": "branch", "op": "in", "value": [cast.branch.id]})
    before = await fingerprint.of(campaign)
    far = await organisation.open_unit("far", "远支行", "sub_branch", None, None)
    assert await fingerprint.of(campaign) == before
    ning = await Staff.create(login="ning", name="唐宁", role="administrator", reach="bank")
    await organisation.move(far.id, cast.branch.id, ning)
    assert await fingerprint.of(campaign) != before


async def test_a_wider_reach_or_somebody_stood_in_for_changes_it_too(cast: Cast) -> None:
    await Staff.filter(id=cast.li.id).update(reach="branch", branch_id=cast.branch.id)
    campaign = await draft_of(cast)
    seen = [await fingerprint.of(campaign)]
    today = clock.today()
    given = await delegations.delegate(cast.chen, cast.li, today, today + timedelta(days=1), "", cast.chen)
    seen.append(await fingerprint.of(campaign))
    await delegations.end(given.id, cast.chen)
    assert await fingerprint.of(campaign) == seen[0]
    await Staff.filter(id=cast.li.id).update(reach="bank")
    seen.append(await fingerprint.of(campaign))
    assert len(set(seen)) == 3


async def test_a_branch_in_the_conditions_stands_for_its_sub_branches(cast: Cast) -> None:
    await make_clients(cast, 3)
    above = await organisation.open_unit("hy", "海岳分行", "branch", None, None)
    tree = {"field": "branch", "op": "in", "value": [above.id]}
    assert await segments.count(deciding.Audience(cast.li, "wecom_message", tree)) == 0
    team = await organisation.open_unit("cf", "财富团队", "team", above.id, None)
    await Staff.filter(id=cast.chen.id).update(branch_id=team.id)
    await database.execute("UPDATE client SET branch_id = $1", team.id)
    assert await segments.count(deciding.Audience(cast.li, "wecom_message", tree)) == 3
