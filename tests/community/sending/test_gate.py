"""The gate against an independent reference, written as a list of sentences instead of a table of reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from community.sending.gate import REASONS, Allow, Deny, Facts, is_quiet, may_send, quiet_ends
from community.sending.models import CHANNELS
from community.suitability.rule import ClientFacts, ProductFacts

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
levels = st.none() | st.integers(1, 5)
goods = st.builds(
    ProductFacts, st.sampled_from(("deposit", "service", "wealth", "fund", "private")), levels, levels, st.booleans()
)


OPEN = ("wecom_group", "moments")


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    at = draw(moments)
    near = st.timedeltas(timedelta(hours=-2), timedelta(hours=2)).map(lambda gap: at + gap)
    count = st.integers(0, 4)
    return Facts(
        at=at,
        purpose=draw(st.sampled_from(("marketing", "service"))),
        channel=draw(st.sampled_from(CHANNELS)),
        is_personal=draw(st.booleans()),
        has_consent=draw(st.booleans()),
        has_opted_out=draw(st.booleans()),
        is_held_out=draw(st.booleans()),
        sent_today=draw(count),
        daily_cap=draw(count),
        sent_this_month=draw(count),
        monthly_cap=draw(count),
        quiet_from=draw(walls),
        quiet_until=draw(walls),
        has_relation=draw(st.booleans()),
        window_left=draw(st.integers(-1, 3)),
        window_until=draw(st.none() | near),
        is_channel_held=draw(st.booleans()),
        held_until=draw(st.none() | near),
        expires_at=draw(st.none() | near),
        platform_frees_at=draw(st.none() | near),
        products=draw(st.just(()) | st.lists(goods, max_size=3).map(tuple)),
        assessment=draw(
            st.builds(
                ClientFacts,
                levels,
                st.none() | st.sampled_from((0, 364, 366)).map(lambda days: at - timedelta(days=days)),
            )
        ),
        open_level=draw(st.integers(1, 5)),
        is_kyc_flagged=draw(st.booleans()),
        document_expires_on=draw(
            st.none() | st.sampled_from((-1, 0, 1)).map(lambda days: local_day(at) + timedelta(days=days))
        ),
    )


def local_day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def is_fit(product: ProductFacts, case: Facts) -> bool:
    """One product in this message, said without the rule's own words (none is off sale here)."""
    rating = max(product.issuer_level or 0, product.seller_level or 0)
    plain = product.product_class in ("deposit", "service")
    if case.channel in OPEN:
        secret = product.is_private or product.product_class == "private"
        return not secret and (plain or 1 <= rating <= case.open_level)
    if plain:
        return True
    able = case.assessment.level or 0
    at = case.assessment.assessed_at
    return at is not None and case.at - at < timedelta(days=365) and 1 <= rating <= able


def reference(case: Facts) -> str:
    """allow, never or later: the rules said once more, in another order and with other means."""
    if not case.has_relation or (case.expires_at and not case.at < case.expires_at):
        return "never"
    if case.platform_frees_at and case.expires_at and case.expires_at <= case.platform_frees_at:
        return "never"
    if case.channel == "oa_service":
        is_open = case.window_until is not None and case.at < case.window_until and case.window_left > 0
        if not is_open:
            return "never"
    advertises = case.purpose == "marketing"
    if advertises and case.channel in ("oa_template", "oa_subscribe"):
        return "never"
    personal = case.is_personal or case.channel not in (*OPEN, "staff_message")
    if advertises and personal:
        wanted = case.has_consent and not case.has_opted_out and not case.is_held_out
        room = min(case.daily_cap - case.sent_today, case.monthly_cap - case.sent_this_month)
        if not wanted or room < 1:
            return "never"
    asks_for_fitness = advertises and (case.is_personal or case.channel != "staff_message")
    if (case.channel in OPEN or asks_for_fitness) and not all(is_fit(one, case) for one in case.products):
        return "never"
    return "later" if must_wait(case, advertises, personal) else "allow"


def must_wait(case: Facts, advertises: bool, personal: bool) -> bool:
    doubtful = case.is_kyc_flagged or (case.document_expires_on or date.max) < local_day(case.at)
    if advertises and ((personal and doubtful) or minute_of(case) in quiet_minutes(case)):
        return True
    return case.is_channel_held or case.platform_frees_at is not None


def minute_of(case: Facts) -> int:
    local = case.at.astimezone(SHANGHAI)
    return local.hour * 60 + local.minute


def quiet_minutes(case: Facts) -> set[int]:
    start = case.quiet_from.hour * 60 + case.quiet_from.minute
    length = (case.quiet_until.hour * 60 + case.quiet_until.minute - start) % 1440
    return {(start + step) % 1440 for step in range(length)}


@given(facts())
def test_the_gate_says_what_the_reference_says(case: Facts) -> None:
    verdict = may_send(case)
    said = "allow" if isinstance(verdict, Allow) else ("never" if verdict.until is None else "later")
    assert said == reference(case)


@given(facts())
def test_a_denial_names_known_reasons_and_a_later_one_lies_ahead_and_out_of_quiet_hours(case: Facts) -> None:
    verdict = may_send(case)
    if isinstance(verdict, Deny):
        assert verdict.reasons
        assert set(verdict.reasons) <= set(REASONS)
        if verdict.until is not None:
            assert verdict.until >= case.at
            if verdict.reasons == ("quiet_hours",):
                assert not is_quiet(verdict.until, case.quiet_from, case.quiet_until)


@given(facts(), st.booleans(), st.booleans(), st.integers(0, 9))
def test_service_messages_never_depend_on_consent_caps_or_quiet_hours(
    case: Facts, consent: bool, opted_out: bool, sent: int
) -> None:
    service = replace(case, purpose="service")
    other = replace(
        service,
        has_consent=consent,
        has_opted_out=opted_out,
        sent_today=sent,
        sent_this_month=sent,
        quiet_from=time(0),
        quiet_until=time(23, 59),
        is_held_out=not case.is_held_out,
    )
    assert may_send(service) == may_send(other)


@given(facts(), st.booleans())
def test_papers_out_of_order_hold_marketing_and_never_service(case: Facts, flagged: bool) -> None:
    yesterday = local_day(case.at) - timedelta(days=1)
    held = replace(case, is_personal=True, is_kyc_flagged=flagged, document_expires_on=yesterday)
    assert isinstance(may_send(replace(held, purpose="marketing")), Deny)
    sound = replace(held, purpose="service", is_kyc_flagged=False, document_expires_on=None)
    assert may_send(replace(held, purpose="service")) == may_send(sound)


@given(facts())
def test_nobody_who_is_not_known_is_advertised_to_in_person(case: Facts) -> None:
    stranger = replace(case, purpose="marketing", is_personal=False, has_consent=False)
    for channel in ("wecom_message", "wecom_welcome", "oa_service"):
        assert isinstance(may_send(replace(stranger, channel=channel)), Deny)


def test_quiet_hours_over_midnight_end_in_the_morning() -> None:
    late = datetime(2026, 11, 20, 23, 15, tzinfo=SHANGHAI)
    early = datetime(2026, 11, 21, 6, 0, tzinfo=SHANGHAI)
    morning = datetime(2026, 11, 21, 8, 30, tzinfo=SHANGHAI)
    for at in (late, early):
        assert is_quiet(at, time(21, 30), time(8, 30))
        assert quiet_ends(at, time(8, 30)) == morning
    assert not is_quiet(morning, time(21, 30), time(8, 30))


def test_an_expiry_counts_from_its_very_moment() -> None:
    case = Facts(NOON, "service", "staff_message", is_personal=False, expires_at=NOON)
    assert may_send(case) == Deny(("expired",))
