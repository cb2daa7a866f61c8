"""Suitability and papers at send time: read for the whole chunk, by the newest assessment and the present ratings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.sending.models import Send, Stream
from community.suitability import kyc, products
from community.suitability.kyc import Papers
from community.suitability.models import Product, RiskAssessment
from kernel import clock
from staff.models import Staff
from tests.community.sending.staging import Stage, drain, states, stream_of

pytestmark = pytest.mark.usefixtures("awake")


async def assess(client_id: int, level: int, days_ago: int) -> None:
    at = clock.now() - timedelta(days=days_ago)
    await RiskAssessment.create(client_id=client_id, level=level, assessed_at=at)


async def reasons(stream_id: int) -> dict[int | None, str]:
    return {one.client_id: one.reason for one in await Send.filter(stream_id=stream_id)}


async def test_only_whom_every_product_suits_is_reached_and_each_other_one_has_its_reason(stage: Stage) -> None:
    people = await stage.followers(5)
    fit, weak, old, never, better = people.values()
    for client, level, days in ((fit, 3, 1), (weak, 2, 1), (old, 5, 366), (better, 1, 300), (better, 5, 2)):
        await assess(client, level, days)
    await Product.create(code="R2", name="甲", product_class="fund", seller_level=2)
    await Product.create(code="R3", name="乙", product_class="wealth", issuer_level=3, seller_level=1)
    stream_id = await stream_of(people, "oa_service")
    await Stream.filter(id=stream_id).update(products=["R2", "R3"])
    await drain(stream_id)
    said = await reasons(stream_id)
    assert said[weak] == "above_client_level"
    assert said[old] == "assessment_expired"
    assert said[never] == "not_assessed"
    reached = await stage.reached()
    assert {people[openid] for openid in reached} == {fit, better}


async def test_a_rating_that_is_raised_counts_at_the_next_look(stage: Stage) -> None:
    people = await stage.followers(4)
    for client in people.values():
        await assess(client, 3, 1)
    product = await Product.create(code="R3", name="乙", product_class="wealth", seller_level=3)
    stream_id = await stream_of(people, "oa_service")
    await Stream.filter(id=stream_id).update(products=["R3"])
    wang = await Staff.create(login="wang", name="王", role="reviewer", reach="bank")
    await products.rate(product.id, "issuer", 4, wang)
    await drain(stream_id)
    assert await stage.reached() == {}
    assert set((await reasons(stream_id)).values()) == {"above_client_level"}


async def test_papers_hold_marketing_until_they_are_in_order_and_never_service(stage: Stage) -> None:
    people = await stage.followers(3)
    flagged, expired, sound = people.values()
    yesterday = clock.today() - timedelta(days=1)
    await kyc.take_in([Papers(flagged, "flagged"), Papers(expired, expires_on=yesterday)])
    stream_id = await stream_of(people, "oa_service")
    await drain(stream_id)
    assert {people[openid] for openid in await stage.reached()} == {sound}
    held = await Send.filter(stream_id=stream_id, state="planned")
    assert {one.client_id: one.reason for one in held} == {flagged: "kyc_flagged", expired: "kyc_expired"}
    await Send.filter(client_id=flagged).update(purpose="service", due_at=clock.now())
    await kyc.take_in([Papers(expired, expires_on=kyc.UNLIMITED)])
    await Send.filter(client_id=expired).update(due_at=clock.now())
    await drain(stream_id)
    assert {people[openid] for openid in await stage.reached()} == set(people.values())
    assert (await states(stream_id)).get("planned", 0) == 0
