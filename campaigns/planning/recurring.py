"""Campaigns that repeat: weekly, monthly, or some days before given dates. Each date is a campaign of its own.

The first date is the campaign that was approved, rule and all. The clock makes the later ones from it, a month ahead,
so that they stand in the calendar; each draws its own control group and freezes its own audience when its day comes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from campaigns.planning import listing
from campaigns.planning.models import Campaign, Step, Variant
from kernel import clock, database, holidays
from kernel.errors import Refused
from staff import audit, permissions
from staff.models import Staff

KINDS = ("message", "group_message", "moments", "notice")
"""Kinds without an occasion of their own: an event or a livestream happens once."""
EVERY = {"week": "每周", "month": "每月", "before": "指定日期之前"}
ON_HOLIDAY = {"skip": "跳过", "send": "照常"}
AHEAD = timedelta(days=31)
FURTHEST = timedelta(days=366)
MOST_DATES = 24
MOST_DAYS_BEFORE = 90
RUNNING = ("scheduled", "sending", "paused", "finished")
SERIES = """
SELECT id FROM campaign WHERE repeats <> '{}'::jsonb AND series_id IS NULL AND repeats_ended_at IS NULL
    AND approved_hash <> '' AND state = ANY($1::text[]) ORDER BY id
"""
CALL_OFF = """
UPDATE campaign SET state = 'cancelled', hold_reason = $2, finished_at = $3, epoch = epoch + 1, occurs_on = NULL
WHERE series_id = $1 AND state = 'scheduled' AND approved_hash <> ''
"""
# what belongs to one date only; everything else of a campaign is what was approved
_OWN = {
    *("id", "created_at", "state", "hold_reason", "starts_at", "salt", "stream_id", "epoch", "version", "started_at"),
    *("frozen_at", "finished_at", "cost_fen", "repeats", "repeats_ended_at", "series_id", "occurs_on", "archived_at"),
}
_OWN_OF_STEP = {"id", "created_at", "campaign_id", "due_at", "state", "planned_at"}


def check(rule: Mapping[str, Any], kind_code: str, starts_at: Any) -> dict[str, Any]:
    """The rule as it is kept; empty for none. Refused: a kind that happens once, no first date, dates that can't be."""
    if not rule:
        return {}
    if kind_code not in KINDS:
        raise Refused("这种活动有自己的日期，不能重复", code="repeats.kind")
    if starts_at is None:
        raise Refused("重复发送需要先定第一次的发送时间", code="repeats.no_start")
    if rule.get("every") not in EVERY or rule.get("holidays", "skip") not in ON_HOLIDAY:
        raise Refused("请选择怎样重复", code="repeats.every")
    first = clock.local(starts_at).date()
    kept: dict[str, Any] = {"every": rule["every"], "holidays": rule.get("holidays", "skip")}
    if rule["every"] == "before":
        return kept | _before(rule, first)
    until = _day(rule.get("until"))
    if until is None or not first < until <= first + FURTHEST:
        raise Refused("请填写重复到哪一天，须在第一次之后、一年之内", code="repeats.until")
    return kept | {"until": until.isoformat()}


def dates(rule: Mapping[str, Any], first: date) -> Iterator[date]:
    """The days after the first one, in order; holidays are left out where the rule says so. Pure."""
    for day in _all_dates(rule, first):
        if day > first and not (rule.get("holidays") == "skip" and holidays.name_of(day)):
            yield day


def said(rule: Mapping[str, Any], first: date) -> str:
    """The rule in words; empty for none."""
    if not rule:
        return ""
    away = "，节假日跳过" if rule.get("holidays") == "skip" else "，节假日照常"
    if rule["every"] == "before":
        days = "、".join(f"{date.fromisoformat(day):%Y-%m-%d}" for day in rule["dates"])
        return f"在 {days} 之前 {rule['days']} 天{away}"
    on = f"每周{'一二三四五六日'[first.weekday()]}" if rule["every"] == "week" else f"每月 {first.day} 日"
    return f"{on}，到 {rule['until']} 为止{away}"


async def make_all() -> list[int]:
    """Make the occurrences of the coming month that are not there yet; returns their numbers. Safe to run twice."""
    made = []
    for row in await database.fetch(SERIES, list(RUNNING)):
        made += await make(row["id"])
    return made


async def make(series_id: int) -> list[int]:
    """The missing occurrences of one series within the coming month."""
    made = []
    async with database.transaction():
        source = await listing.lock(series_id, None)
        if source.starts_at is None or source.repeats_ended_at or source.state not in RUNNING:
            return []
        wall, today = clock.local(source.starts_at), clock.today()
        known = set(await Campaign.filter(series_id=series_id).values_list("occurs_on", flat=True))
        for day in dates(source.repeats, wall.date()):
            if day > today + AHEAD:
                break
            starts_at = clock.at_local(day, wall.time().replace(tzinfo=None))
            if day not in known and starts_at > clock.now():
                made.append(await _occurrence(source, day, starts_at))
    return made


async def end(campaign_id: int, by: Staff) -> int:
    """No more occurrences: those that haven't begun are called off; returns how many. Refused: it doesn't repeat."""
    permissions.require(by, "campaigns.stop")
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if not campaign.repeats or campaign.repeats_ended_at is not None:
            raise Refused("这个活动没有在重复", code="repeats.none", status=409)
        campaign.repeats_ended_at = clock.now()
        await campaign.save(update_fields=["repeats_ended_at"])
        number = await call_off(campaign.id, "已停止重复")
        await audit.record(by, "campaign.series_ended", "campaign", campaign.id, called_off=number)
    return number


async def call_off(series_id: int, reason: str) -> int:
    """Cancel what stands in the calendar and has not begun, inside the caller's transaction; returns how many."""
    return await database.execute(CALL_OFF, series_id, reason, clock.now())


async def occurrences(campaign: Campaign) -> list[Campaign]:
    """The later dates of a series as far as they are made, in order."""
    return await Campaign.filter(series_id=campaign.id).order_by("starts_at")


async def _occurrence(source: Campaign, day: date, starts_at: Any) -> int:
    made = await Campaign.create(
        **{name: getattr(source, name) for name in Campaign._meta.db_fields if name not in _OWN},
        state="scheduled",
        starts_at=starts_at,
        salt=secrets.token_hex(8),
        series_id=source.id,
        occurs_on=day,
    )
    for step in await Step.filter(campaign_id=source.id).order_by("position", "id"):
        said_ = {name: getattr(step, name) for name in Step._meta.db_fields if name not in _OWN_OF_STEP}
        await Step.create(**said_, campaign_id=made.id)
    for one in await Variant.filter(campaign_id=source.id):
        await Variant.create(campaign_id=made.id, code=one.code, label=one.label, share=one.share, texts=one.texts)
    await audit.record(None, "campaign.repeated", "campaign", made.id, series=source.id, day=day.isoformat())
    return made.id


def _all_dates(rule: Mapping[str, Any], first: date) -> Iterator[date]:
    if rule["every"] == "before":
        yield from (date.fromisoformat(day) - timedelta(days=rule["days"]) for day in rule["dates"])
        return
    until, number = date.fromisoformat(rule["until"]), 0
    day = first
    while day <= until:
        yield day
        number += 1
        day = first + timedelta(weeks=number) if rule["every"] == "week" else _months_later(first, number)


def _months_later(first: date, number: int) -> date:
    """The same day of a later month, or its last one: the 31st is the 28th in February, and the 31st again in March."""
    months = first.month - 1 + number
    year, month = first.year + months // 12, months % 12 + 1
    last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date(year, month, min(first.day, last.day))


def _before(rule: Mapping[str, Any], first: date) -> dict[str, Any]:
    days, named = rule.get("days"), [_day(one) for one in rule.get("dates", ())]
    if not isinstance(days, int) or not 0 <= days <= MOST_DAYS_BEFORE:
        raise Refused(f"提前天数须在 0 到 {MOST_DAYS_BEFORE} 之间", code="repeats.days")
    known = sorted({one for one in named if one is not None})
    if not known or None in named or len(known) > MOST_DATES:
        raise Refused(f"请填写 1 到 {MOST_DATES} 个日期，例如 2026-12-25", code="repeats.dates")
    if known[-1] - timedelta(days=days) <= first or known[-1] > first + FURTHEST:
        raise Refused("提前后的日期须在第一次之后、一年之内", code="repeats.dates")
    return {"days": days, "dates": [one.isoformat() for one in known]}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None
