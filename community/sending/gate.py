"""The gate: may this message go out to this person now? Pure; the one page that compliance reads.

Order of the answers: reasons that end the send for good come first, then those that only move it to a later time.
Service messages (the client asked, or must know) ignore consent, caps, hold-out and quiet hours, never channel facts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from community.suitability import kyc_rule, rule
from kernel import clock

HELD_PAUSE = timedelta(minutes=5)
KYC_PAUSE = timedelta(hours=6)
"""How long marketing waits before the client's documents are looked at again."""
FOLLOWER_CHANNELS = ("oa_service", "oa_template", "oa_subscribe", "oa_mass")
NOTICES = ("oa_template", "oa_subscribe")
PERSONAL_CHANNELS = (*FOLLOWER_CHANNELS, "wecom_message", "wecom_welcome")
"""Channels to one person: whoever is not known there as a client has agreed to nothing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the gate looks at. Times aware in UTC, quiet hours on the Shanghai wall clock.

    is_personal: the recipient is a client that we know; otherwise, in a group or to a member of staff, nothing personal
    is asked.
    quiet_* are the day's, approved_quiet_* those under which the campaign was approved: both are kept.
    sent_today and sent_this_month: marketing messages that count, in Shanghai days. has_relation: a WeCom contact with
    the sender, a follower of the account, or true where the channel needs none. window_left and window_until: the
    customer-service window of the official account. held_until: end of a channel hold, None when a person must end it.
    platform_frees_at: the platform's allowance for this recipient, or of the account, is used up until then.
    products: what the message is about, assessment: the client's newest one, both as community.suitability.rule reads
    them. is_kyc_flagged and document_expires_on: what the bank's KYC feed says of the client.
    """

    at: datetime
    purpose: str
    channel: str
    is_personal: bool = True
    has_consent: bool = False
    has_opted_out: bool = False
    is_held_out: bool = False
    sent_today: int = 0
    daily_cap: int = 0
    sent_this_month: int = 0
    monthly_cap: int = 0
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    approved_quiet_from: time = time(0)
    approved_quiet_until: time = time(0)
    has_relation: bool = True
    window_left: int = 0
    window_until: datetime | None = None
    is_channel_held: bool = False
    held_until: datetime | None = None
    platform_frees_at: datetime | None = None
    expires_at: datetime | None = None
    products: tuple[rule.ProductFacts, ...] = ()
    assessment: rule.ClientFacts = rule.NOBODY
    open_level: int = rule.DEFAULT_OPEN_LEVEL
    is_kyc_flagged: bool = False
    document_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Allow:
    """It may go out."""


@dataclass(frozen=True, slots=True)
class Deny:
    """It may not: every reason in order, the first decides. `until` None: for good; otherwise not before then."""

    reasons: tuple[str, ...]
    until: datetime | None = None


def may_send(facts: Facts) -> Allow | Deny:
    """Allow, or Deny with all reasons; for good as soon as one reason is for good."""
    for_good = tuple(reason for reason, holds in FOR_GOOD if holds(facts))
    for_now = tuple((reason, until) for reason, until_of in FOR_NOW if (until := until_of(facts)) is not None)
    reasons = for_good + tuple(reason for reason, _ in for_now)
    if for_good:
        return Deny(reasons)
    return Deny(reasons, max(until for _, until in for_now)) if for_now else Allow()


def is_quiet(at: datetime, quiet_from: time, quiet_until: time) -> bool:
    """Whether the Shanghai wall clock stands within quiet hours: from inclusive, until exclusive, over midnight too."""
    wall = clock.local(at).time()
    if quiet_from <= quiet_until:
        return quiet_from <= wall < quiet_until
    return wall >= quiet_from or wall < quiet_until


def quiet_ends(at: datetime, quiet_until: time) -> datetime:
    """The next moment (UTC) at which the Shanghai wall clock shows `quiet_until`, after `at`."""
    day = clock.local(at).date()
    end = clock.at_local(day, quiet_until)
    return end if end > at else clock.at_local(day + timedelta(days=1), quiet_until)


def _is_expired(facts: Facts) -> bool:
    return facts.expires_at is not None and facts.at >= facts.expires_at


def _is_advertising_in_notice(facts: Facts) -> bool:
    # WeChat forbids marketing in template messages; it closes accounts for it
    return facts.channel in NOTICES and facts.purpose != "service"


def _lacks_relation(facts: Facts) -> bool:
    return not facts.has_relation


def _is_window_closed(facts: Facts) -> bool:
    if facts.channel != "oa_service":
        return False
    return facts.window_left <= 0 or facts.window_until is None or facts.at >= facts.window_until


def _is_personal_marketing(facts: Facts) -> bool:
    return facts.purpose != "service" and (facts.is_personal or facts.channel in PERSONAL_CHANNELS)


def _is_unsuitable(reason: str, facts: Facts) -> bool:
    if not facts.products:
        return False
    if facts.channel in rule.OPEN_CHANNELS:
        # whatever it is called: nobody knows who reads it
        return reason == rule.any_unsuitable(facts.products, rule.NOBODY, "open", facts.at, facts.open_level)
    is_to_staff = facts.channel == "staff_message" and not facts.is_personal
    if facts.purpose == "service" or is_to_staff:
        return False
    return reason == rule.any_unsuitable(facts.products, facts.assessment, "personal", facts.at)


def _kyc_until(reason: str, facts: Facts) -> datetime | None:
    if not _is_personal_marketing(facts):
        return None
    hold = kyc_rule.hold(facts.is_kyc_flagged, facts.document_expires_on, clock.local(facts.at).date())
    return facts.at + KYC_PAUSE if hold == reason else None


def _quiet_until(facts: Facts) -> datetime | None:
    if facts.purpose == "service":
        return None
    # the day's hours and those under which it was approved: out of both
    hours = ((facts.quiet_from, facts.quiet_until), (facts.approved_quiet_from, facts.approved_quiet_until))
    ends = [quiet_ends(facts.at, until) for since, until in hours if is_quiet(facts.at, since, until)]
    return max(ends, default=None)


def _held_until(facts: Facts) -> datetime | None:
    if not facts.is_channel_held:
        return None
    return max(facts.held_until or facts.at + HELD_PAUSE, facts.at)


def _is_over_for_good(facts: Facts) -> bool:
    # what becomes free only after the message is of no use any more never becomes free
    frees_at = facts.platform_frees_at
    return frees_at is not None and facts.expires_at is not None and frees_at >= facts.expires_at


def _platform_until(facts: Facts) -> datetime | None:
    return None if facts.platform_frees_at is None else max(facts.platform_frees_at, facts.at)


FOR_GOOD: tuple[tuple[str, Callable[[Facts], bool]], ...] = (
    ("expired", _is_expired),
    ("marketing_in_notice", _is_advertising_in_notice),
    ("opted_out", lambda facts: _is_personal_marketing(facts) and facts.has_opted_out),
    ("no_consent", lambda facts: _is_personal_marketing(facts) and not facts.has_consent),
    *((reason, functools.partial(_is_unsuitable, reason)) for reason in rule.REASONS),
    ("held_out", lambda facts: _is_personal_marketing(facts) and facts.is_held_out),
    ("no_relation", _lacks_relation),
    ("window_closed", _is_window_closed),
    ("monthly_cap", lambda facts: _is_personal_marketing(facts) and facts.sent_this_month >= facts.monthly_cap),
    ("daily_cap", lambda facts: _is_personal_marketing(facts) and facts.sent_today >= facts.daily_cap),
    ("platform_limit", _is_over_for_good),
)
FOR_NOW: tuple[tuple[str, Callable[[Facts], datetime | None]], ...] = (
    ("quiet_hours", _quiet_until),
    ("channel_held", _held_until),
    ("platform_limit", _platform_until),
    *((reason, functools.partial(_kyc_until, reason)) for reason in kyc_rule.HOLDS),
)
REASONS = {
    "expired": "已过有效时间",
    "marketing_in_notice": "模板消息和订阅通知不得用于营销",
    "opted_out": "客户已退订",
    "no_consent": "客户未同意接收营销信息",
    "held_out": "全局对照组",
    "no_relation": "没有好友或关注关系",
    "window_closed": "客服消息窗口已关闭",
    "monthly_cap": "已达本月触达上限",
    "daily_cap": "已达今日触达上限",
    "quiet_hours": "静默时段",
    "channel_held": "渠道暂停",
    "platform_limit": "微信平台额度已用完",
    **rule.REASONS,
    **kyc_rule.HOLDS,
}
"""What staff read for each reason."""
