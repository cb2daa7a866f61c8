"""Assessments as the law wants them: twice a day, eight times in twelve months, noted with who and what shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from community.clients.models import Client, TimelineEntry
from community.suitability import assessing, rule
from community.suitability.assessing import Assessed
from community.suitability.models import RiskAssessment
from kernel import clock
from kernel.errors import Forbidden, Refused
from staff.models import AuditEntry, Staff

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
async def client(db: None) -> Client:
    return await Client.create(marketing_consent=True)


@pytest.fixture
async def chen(db: None) -> Staff:
    return await Staff.create(login="chen", name="陈经理", role="director")


async def test_a_form_filled_in_person_is_noted_with_who_took_it_and_what_shows_it(client: Client, chen: Staff) -> None:
    await assessing.record(client.id, 3, NOON, by=chen, evidence="问卷 2026-118")
    (kept,) = await assessing.history(client.id)
    assert (kept.level, kept.source, kept.by_staff_id, kept.evidence) == (3, "staff", chen.id, "问卷 2026-118")
    assert await AuditEntry.exists(action="client.assessed", subject_id=client.id)
    assert await TimelineEntry.exists(kind="risk.assessed", client_id=client.id)
    with pytest.raises(Refused) as refused:
        await assessing.record(client.id, 3, NOON + timedelta(hours=1), by=chen, evidence=" ")
    assert refused.value.code == "assessment.evidence"
    marketing = await Staff.create(login="li", name="李", role="marketing")
    with pytest.raises(Forbidden):
        await assessing.record(client.id, 3, NOON, by=marketing, evidence="问卷")


async def test_a_third_assessment_on_one_shanghai_day_is_refused(client: Client, chen: Staff) -> None:
    midnight = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    for at in (midnight, midnight + timedelta(hours=23)):
        await assessing.record(client.id, 3, at, by=chen, evidence="问卷")
    with pytest.raises(Refused) as refused:
        await assessing.record(client.id, 4, midnight + timedelta(hours=5), by=chen, evidence="问卷")
    assert refused.value.code == "assessment.too_many_today"
    await assessing.record(client.id, 4, midnight - timedelta(microseconds=1), by=chen, evidence="问卷")


async def test_a_ninth_within_twelve_months_is_refused_also_when_the_file_comes_late(client: Client) -> None:
    first = datetime(2025, 1, 10, 4, 0, tzinfo=UTC)
    eight = [Assessed(client.id, 3, first + timedelta(days=40 * number)) for number in range(8)]
    assert (await assessing.record_many(eight, source="import")).saved == 8
    between = Assessed(client.id, 4, first + timedelta(days=100))
    taken = await assessing.record_many([between], source="import")
    assert taken == (0, {between: "assessment.too_many"})
    after = Assessed(client.id, 4, rule.valid_until(first))
    assert (await assessing.record_many([after], source="import")).saved == 1


async def test_the_same_file_twice_changes_nothing_and_a_contradiction_is_told(client: Client) -> None:
    one = Assessed(client.id, 3, NOON)
    assert (await assessing.record_many([one], source="import")).saved == 1
    assert await assessing.record_many([one], source="import") == (0, {})
    other, future, odd = (
        one._replace(level=4),
        one._replace(assessed_at=clock.now() + timedelta(days=1)),
        one._replace(level=6),
    )
    taken = await assessing.record_many([other, future, odd], source="import")
    assert set(taken.problems.values()) == {"assessment.conflict", "assessment.future", "assessment.level"}
    assert set(taken.problems.values()) < set(assessing.PROBLEMS)
    assert await RiskAssessment.all().count() == 1
