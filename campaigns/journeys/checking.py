"""What speaks against submitting a journey: its trigger, its rules and every step, with place, reason and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from campaigns.audience import conditions
from campaigns.content import notices
from campaigns.content import rules as wording_rules
from campaigns.content.findings import Finding
from campaigns.journeys import dates, definition, entering, events
from campaigns.journeys.models import Journey
from campaigns.journeys.steps import registry
from campaigns.journeys.steps.wait import wall
from community.suitability import products
from kernel import clock, database
from kernel.errors import Refused
from staff.models import Staff

TRIGGERS = {"event": "客户发生某件事", "date": "客户的某个日期", "segment": "客户满足条件"}
REENTRY = {"once": "每位客户只进一次", "after": "隔一段时间可再次进入", "each": "每次发生都可进入（不在旅程中时）"}


async def check(journey: Journey) -> list[Finding]:
    """All findings about the draft as it stands, the blocking ones first."""
    rules = journey.draft
    classes = await classes_of(rules)
    found = [*_trigger(rules["trigger"]), *_rules(rules)]
    for placed in definition.steps_of(rules):
        found += of_step(placed.step, classes)
        found += await registry.of(placed.step["kind"]).check_known(placed.step["params"], placed.step["code"])
    found += _order(rules)
    found += await _people(journey)
    return sorted(found, key=lambda finding: not finding.is_blocking)


def of_step(step: definition.Step, classes: Sequence[str]) -> list[Finding]:
    """What is wrong with one step by itself, in an order that stays; a message also needs its products' notices."""
    found = registry.of(step["kind"]).check(step["params"], step["code"])
    if step["kind"] == "send" and step["params"]["text"]:
        found = found + notices.findings(step["params"]["text"], classes, step["code"])
    return found


async def classes_of(rules: dict[str, Any]) -> list[str]:
    """The classes of the products that a journey is about; the wording rules in force are read along."""
    await wording_rules.refresh()
    return sorted({one.product_class for one in await products.of_codes(rules["products"])})


def say_trigger(rules: dict[str, Any]) -> str:
    """Who enters, in one Chinese sentence without the conditions."""
    trigger = rules["trigger"]
    if trigger["kind"] == "event":
        return f"客户“{events.label(trigger['event'])}”时" if trigger.get("event") else "还没有选择触发的行为"
    at = trigger.get("at") or "09:00"
    if trigger["kind"] == "segment":
        return f"每天 {at} 检查，满足条件的客户"
    if trigger.get("fact") == "day":
        return f"{trigger.get('on', '')} {at}，满足条件的客户"
    label = dates.LABELS[trigger["fact"]] if trigger.get("fact") in dates.LABELS else "日期"
    days = trigger.get("days_before", 0)
    when = f"{label}前 {days} 天" if days > 0 else (f"{label}后 {-days} 天" if days < 0 else f"{label}当天")
    return f"{when} {at}"


def _trigger(trigger: dict[str, Any]) -> Iterator[Finding]:
    if trigger["kind"] == "event":
        if trigger.get("event") not in events.CHOICES:
            yield Finding("trigger.event", "没有选择客户因为什么进入旅程", "选一种行为", "trigger")
        return
    if wall(trigger.get("at") or "09:00") is None:
        yield Finding("trigger.time", "进入的钟点写法不对", "例如 09:00", "trigger")
    if trigger["kind"] != "date":
        return
    if trigger.get("fact") == "day":
        if _day(trigger.get("on", "")) is None:
            yield Finding("trigger.day", "没有选择日期", "选择日期", "trigger")
    elif trigger.get("fact") not in dates.LABELS:
        yield Finding("trigger.fact", "没有选择按哪个日期", "选一种日期", "trigger")
    elif not -365 <= trigger.get("days_before", 0) <= 365:
        yield Finding("trigger.days", "提前的天数须在前后 365 天之内", "修改天数", "trigger")


def _rules(rules: dict[str, Any]) -> Iterator[Finding]:
    try:
        definition.check_shape(rules)
        conditions.check(rules["conditions"])
    except Refused as refusal:
        yield Finding("rules.shape", refusal.message, "修改后再提交", "conditions")
    if rules["reentry"] == "after" and not 1 <= rules["reentry_days"] <= 3650:
        yield Finding("rules.reentry", "再次进入的间隔须在 1 到 3650 天之间", "修改天数", "rules")
    if rules["reentry"] == "each" and definition.gives(rules):
        # what a client does again and again (a tap, a message) must not be paid each time
        message = "会送积分或权益的旅程，不能每次发生都可进入"
        yield Finding("rules.reentry_gives", message, "改为“只进一次”，或“隔一段时间”（至少 1 天）", "rules")
    if not 1 <= rules["fresh_hours"] <= 24 * 30:
        yield Finding("rules.fresh", "系统中断后的补入时限须在 1 到 720 小时之间", "修改时限", "rules")
    if not 1 <= rules["staff_per_day"] <= 500:
        yield Finding("rules.capacity", "每位员工每天的上限须在 1 到 500 之间", "修改上限", "rules")
    goal = rules["goal"]
    if goal["event"] and not 1 <= goal["days"] <= 180:
        yield Finding("goal.days", "目标的观察期须在 1 到 180 天之间", "修改天数", "goal")
    if not goal["event"]:
        yield Finding("goal.none", "没有设定目标，之后说不清旅程有没有用", "选一个目标行为", "goal", is_blocking=False)
    if not rules["steps"]:
        yield Finding("steps.none", "旅程里还没有步骤", "添加至少一步", "steps")


def _order(rules: dict[str, Any]) -> Iterator[Finding]:
    sends: list[str] = []
    for placed in definition.steps_of(rules):
        step = placed.step
        if step["kind"] == "send":
            sends.append(step["code"])
        params = step["params"]
        if step["kind"] == "branch" and params["by"] == "reached" and params["step"] and params["step"] not in sends:
            yield Finding("branch.step", "分支所看的消息在它之后，或已被删除", "选一条前面的消息", step["code"])
        if step["kind"] == "leave" and placed.siblings[-1] is not step:
            yield Finding("leave.middle", "“离开旅程”后面的步骤走不到", "移到最后，或删去后面的步骤", step["code"])


async def _people(journey: Journey) -> list[Finding]:
    if journey.draft["trigger"]["kind"] != "segment":
        return []
    try:
        number = await audience_size(journey)
    except Refused:
        return []
    if number == 0:
        return [Finding("audience.empty", "现在没有满足条件的客户", "放宽条件", "conditions", is_blocking=False)]
    return []


async def audience_size(journey: Journey) -> int:
    """How many clients meet the conditions in the author's scope today. Refused: conditions not well formed."""
    author = await Staff.get(id=journey.author_id)
    allowed, wanted = await entering.who(journey.draft, author, first=1)
    sql = f"SELECT count(*) FROM client c WHERE c.merged_into_id IS NULL AND {allowed.sql} AND {wanted.sql}"  # noqa: S608
    return int(await database.fetch_value(sql, *allowed.arguments, *wanted.arguments))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_past(trigger: dict[str, Any]) -> bool:
    """Whether a day of the calendar that a journey starts on is over."""
    day = _day(trigger.get("on", "")) if trigger["kind"] == "date" and trigger.get("fact") == "day" else None
    return day is not None and day < clock.today()
