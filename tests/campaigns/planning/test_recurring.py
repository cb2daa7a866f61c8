"""A series is approved once; each of its dates is a campaign of its own that says exactly what was approved."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.delivery import approved_texts
from campaigns.planning import approval, drafting, fingerprint, recurring, running
from campaigns.planning.models import Campaign, Step
from kernel import clock
from kernel.errors import Refused
from tests.campaigns.conftest import Cast, draft_of, make_clients

WEEKLY = {"every": "week", "until": "2099-01-01", "holidays": "send"}


def test_weekly_dates_leave_out_holidays_where_the_rule_says_so() -> None:
    rule = {"every": "week", "until": "2026-10-09", "holidays": "skip"}
    assert list(recurring.dates(rule, date(2026, 9, 18))) == [date(2026, 10, 9)]
    assert len(list(recurring.dates(rule | {"holidays": "send"}, date(2026, 9, 18)))) == 3


def test_the_31st_is_the_last_day_of_shorter_months() -> None:
    rule = {"every": "month", "until": "2027-04-01", "holidays": "send"}
    found = list(recurring.dates(rule, date(2027, 1, 31)))
    assert found == [date(2027, 2, 28), date(2027, 3, 31)]


def test_days_before_given_dates() -> None:
    rule = {"every": "before", "days": 3, "dates": ["2026-12-25", "2027-02-14"], "holidays": "send"}
    assert list(recurring.dates(rule, date(2026, 12, 1))) == [date(2026, 12, 22), date(2027, 2, 11)]
    assert recurring.said(rule, date(2026, 12, 1)) == "在 2026-12-25、2027-02-14 之前 3 天，节假日照常"


@pytest.mark.parametrize(
    ("rule", "kind", "code"),
    [
        ({"every": "week", "until": "2026-12-31"}, "livestream", "repeats.kind"),
        ({"every": "year", "until": "2026-12-31"}, "message", "repeats.every"),
        ({"every": "week", "until": "soon"}, "message", "repeats.until"),
        ({"every": "week", "until": "2026-11-01"}, "message", "repeats.until"),
        ({"every": "before", "days": -1, "dates": ["2026-12-25"]}, "message", "repeats.days"),
        ({"every": "before", "days": 1, "dates": ["2026-12-25", "x"]}, "message", "repeats.dates"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule: dict[str, object], kind: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        recurring.check(rule, kind, datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert refused.value.code == code


async def test_later_dates_are_campaigns_of_their_own_made_once(cast: Cast) -> None:
    series = await _series(cast)
    made = await recurring.make_all()
    assert await recurring.make_all() == []
    assert len(made) == 4
    rows = await recurring.occurrences(series)
    assert [row.starts_at - series.starts_at for row in rows] == [timedelta(weeks=n) for n in range(1, 5)]
    assert {row.state for row in rows} == {"scheduled"}
    assert len({series.salt, *(row.salt for row in rows)}) == 5
    assert [step.text for step in await Step.filter(campaign_id=made[0])] == [
        step.text for step in await Step.filter(campaign_id=series.id)
    ]


async def test_an_occurrence_starts_on_the_approval_of_its_series(cast: Cast) -> None:
    series = await _series(cast)
    first = await _due_occurrence(series)
    assert await running.start_if_due(first.id)
    first = await Campaign.get(id=first.id)
    assert first.state == "sending"
    step = await Step.get(campaign_id=first.id)
    assert not await approved_texts.is_altered(first, step)
    step.text += "！"
    assert await approved_texts.is_altered(first, step)


async def test_an_occurrence_with_another_text_is_held(cast: Cast) -> None:
    series = await _series(cast)
    first = await _due_occurrence(series)
    await Step.filter(campaign_id=first.id).update(text="换了一段文字")
    assert not await running.start_if_due(first.id)
    assert (await Campaign.get(id=first.id)).state == "held"


async def test_an_occurrence_is_measured_against_the_question_about_its_series(cast: Cast) -> None:
    series = await _series(cast)
    first = await _due_occurrence(series)
    await make_clients(cast, 5)
    asked = await running.outgrowing.asked_of(first)
    assert asked is not None
    assert asked.subject_id == series.id


async def test_an_edit_of_the_series_calls_off_what_stands_in_the_calendar(cast: Cast) -> None:
    series = await _series(cast)
    made = await recurring.make_all()
    draft = await drafting.read(series)
    await drafting.save(series.id, dataclasses.replace(draft, name="改了名字"), cast.li, series.version)
    assert {row.state for row in await Campaign.filter(id__in=made)} == {"cancelled"}
    assert await recurring.make_all() == []


async def test_ending_a_series_keeps_what_has_begun(cast: Cast) -> None:
    series = await _series(cast)
    first = await _due_occurrence(series)
    await running.start_if_due(first.id)
    assert await recurring.end(series.id, cast.li) == 3
    assert (await Campaign.get(id=first.id)).state == "sending"
    assert await recurring.make_all() == []
    with pytest.raises(Refused):
        await recurring.end(series.id, cast.li)


async def test_a_changed_occurrence_needs_an_approval_of_its_own(cast: Cast) -> None:
    series = await _series(cast)
    number = (await recurring.make_all())[0]
    one = await Campaign.get(id=number)
    draft = dataclasses.replace(await drafting.read(one), late_minutes=30)
    saved = await drafting.save(one.id, draft, cast.li, one.version)
    assert (saved.state, saved.approved_hash, saved.repeats) == ("draft", "", {})
    assert (await recurring.make(series.id)) == []


async def _series(cast: Cast) -> Campaign:
    await make_clients(cast, 3)
    starts_at = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    until = (clock.local(starts_at) + timedelta(days=60)).date().isoformat()
    campaign = await draft_of(cast, starts_at=starts_at, repeats=WEEKLY | {"until": until})
    await approval.submit(campaign.id, cast.li)
    return await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))


async def _due_occurrence(series: Campaign) -> Campaign:
    number = (await recurring.make_all())[0]
    await Campaign.filter(id=number).update(starts_at=clock.now() - timedelta(minutes=1))
    return await Campaign.get(id=number)
