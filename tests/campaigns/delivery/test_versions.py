"""Versions A/B/n: everybody hears exactly one, the draw is stable, and an approver answers for every word."""

from __future__ import annotations

import dataclasses

import pytest

from campaigns.audience import sampling
from campaigns.delivery import tasks
from campaigns.planning import drafting, preflight, running, variants
from campaigns.planning.models import Campaign, Variant
from campaigns.planning.variants import Version
from community.sending import dispatching, ledger
from community.sending.models import Send
from kernel import database
from kernel.errors import Refused
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

pytestmark = pytest.mark.usefixtures("awake")

OTHER = "您好，周四下午有理财课，还有茶点。"
TWO = (Version("A", 50, "直接"), Version("B", 50, "茶点", {"main": {"text": OTHER}}))


async def test_every_treated_person_hears_one_version_and_the_same_in_sql_and_in_python(
    cast: Cast, stage: Stage
) -> None:
    followers = await stage.followers(80)
    campaign = await approved(cast, channel="oa_service", control_percent=20, variants=TWO)
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    campaign = await Campaign.get(id=campaign.id)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    drawn = await database.fetch("SELECT client_id, arm, variant FROM delivery WHERE campaign_id = $1", campaign.id)
    shares = await variants.shares(campaign.id)
    for row in drawn:
        expected = sampling.variant(campaign.salt, row["client_id"], shares) if row["arm"] == "treated" else ""
        assert row["variant"] == expected
    said = {send.client_id: ledger.body_of(send) for send in await Send.filter(campaign_id=campaign.id)}
    treated = {row["client_id"]: row["variant"] for row in drawn if row["arm"] == "treated"}
    assert {client: "茶点" in text for client, text in said.items()} == {
        client: code == "B" for client, code in treated.items()
    }
    assert 15 < sum(code == "B" for code in treated.values()) < 50
    assert sum((await stage.reached()).values()) == len(treated) < len(followers)


@pytest.mark.parametrize(
    ("versions", "code"),
    [
        ((Version("A", 100),), "variants.codes"),
        ((Version("A", 50), Version("C", 50)), "variants.codes"),
        ((Version("A", 50), Version("B", 40)), "variants.sum"),
        ((Version("A", 98), Version("B", 2)), "variants.share"),
        ((Version("A", 50), Version("B", 50, "", {"nowhere": {"text": "x"}})), "campaign.step_unknown"),
    ],
)
async def test_versions_that_do_not_add_up_are_refused(cast: Cast, versions: tuple[Version, ...], code: str) -> None:
    campaign = await drafting.create("message", "九月理财课", cast.li)
    draft = dataclasses.replace(await drafting.read(campaign), variants=versions)
    with pytest.raises(Refused) as refused:
        await drafting.save(campaign.id, draft, cast.li, campaign.version)
    assert refused.value.code == code


async def test_a_change_of_one_version_voids_the_approval_and_a_change_behind_it_stops_the_campaign(cast: Cast) -> None:
    await make_clients(cast, 4)
    campaign = await approved(cast, variants=TWO)
    draft = await drafting.read(campaign)
    other = dataclasses.replace(draft, variants=(TWO[0], dataclasses.replace(TWO[1], label="又一个")))
    assert (await drafting.save(campaign.id, other, cast.li, campaign.version)).state == "draft"
    again = await approved(cast, variants=TWO)
    await running.start(again.id, cast.li)
    await Variant.filter(campaign_id=again.id, code="B").update(texts={"main": {"text": "保本高息"}})
    await tasks.start_campaign.now(again.id)
    assert (await Campaign.get(id=again.id)).state == "paused"
    assert await Send.filter(campaign_id=again.id).count() == 0


async def test_forbidden_words_of_a_version_and_versions_without_a_difference_block_a_submission(cast: Cast) -> None:
    await make_clients(cast, 3)
    bad = Version("B", 50, "", {"main": {"text": "保本保收益，来听课。"}})
    campaign = await draft_of(cast, variants=(TWO[0], bad))
    found = [finding for finding in await preflight.check(campaign) if finding.is_blocking]
    assert any(finding.message.startswith("版本 B") for finding in found)
    same = await draft_of(cast, variants=(Version("A", 50), Version("B", 50)))
    assert "variants.same" in {finding.code for finding in await preflight.check(same)}


def test_the_two_draws_of_a_campaign_know_nothing_of_each_other() -> None:
    shares = (("A", 50), ("B", 50))
    people = range(20_000)
    control = [one for one in people if sampling.arm(sampling.bucket("s", one), 20) == "control"]
    in_b = sum(sampling.variant("s", one, shares) == "B" for one in control) / len(control)
    assert 0.46 < in_b < 0.54
