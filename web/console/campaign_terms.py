"""The terms of a campaign in words: its products with their levels, and the limits under which it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.content import attaching, library
from campaigns.planning import arbitration, fingerprint, goals, recurring
from campaigns.planning.models import Campaign
from community.suitability.products import CLASS_NAMES
from kernel import clock
from web import words
from web.language import gettext as _


async def facts(campaign: Campaign) -> list[tuple[str, str]]:
    """Pairs of label and value for pages that show a campaign."""
    contents = await fingerprint.contents(campaign)
    chosen = products(contents["products"]) or _("没有选择产品，不按风险承受能力筛选客户")
    found = [("涉及的产品", chosen), ("触达上限", limits(contents["limits"]))]
    if fallbacks := contents.get("fallbacks"):
        found.append(("备用渠道", channels(fallbacks)))
    if spread := contents.get("spread_minutes"):
        found.append(("分散发送", _("%(n)s 分钟内均匀发出") % {"n": spread}))
    found += _purpose(campaign, contents)
    if first := pilot(contents.get("pilot")):
        found.append(("试点先行", first))
    if campaign.priority != fingerprint.PLAIN_PRIORITY:
        found.append(("优先级", _(arbitration.PRIORITIES[campaign.priority])))
    if campaign.frozen_at and (lost := await arbitration.given_way(campaign.id)):
        said = [_("“%(name)s”（%(n)s 人）") % {"name": loss.name, "n": loss.people} for loss in lost]
        found.append(("让位于", _("、").join(said)))
    for step in contents["steps"]:
        if attached := await carried(step.get("pieces", ())):
            found.append(("附件", attached))
    for one in contents.get("variants", ()):
        found.append((_("版本 %(code)s") % {"code": one["code"]}, version(one)))
    return found


def _purpose(campaign: Campaign, contents: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [("衡量目标", goal(contents.get("goal")))]
    if guarded := guards(contents.get("guardrails")):
        found.append(("护栏指标", guarded))
    if campaign.starts_at and (rule := contents.get("repeats")):
        found.append(("重复", recurring.said(rule, clock.local(campaign.starts_at).date())))
    return found


async def carried(ids: Iterable[int]) -> str:
    """Pieces of the library by kind, title and version."""
    some = await attaching.of_ids(list(ids))
    return "\n".join(f"{_(library.KINDS[one.kind])} · {one.title}（v{one.version}）" for one in some)


def goal(chosen: Sequence[Any] | None) -> str:
    """What a campaign is measured by: code and days as the fingerprint has them, none for the plain goal."""
    code, days = chosen or goals.PLAIN
    return _("%(n)s 天%(goal)s") % {"n": days, "goal": _(goals.GOALS[code].label)}


def guards(limits_of: Mapping[str, float] | None) -> str:
    """The guard-rails with their limits."""
    known = {code: limit for code, limit in (limits_of or {}).items() if code in goals.GUARDS}
    return _("、").join(f"{_(goals.GUARDS[code].label)} {limit:g}%" for code, limit in known.items())


def repeats(rule: Mapping[str, Any] | None) -> str:
    """The rule of a series in words that need no first date."""
    if not rule:
        return _("只发一次")
    until = rule.get("until") or _("、").join(rule.get("dates", ()))
    said = [_(recurring.EVERY[rule["every"]]), until, _("%(n)s 天") % {"n": rule["days"]} if "days" in rule else ""]
    away = _("遇到法定节假日") + _(recurring.ON_HOLIDAY[rule.get("holidays", "skip")])
    return _("、").join([one for one in said if one] + [away])


def channels(codes: Iterable[str] | None) -> str:
    """Channels by name, in order."""
    return _("、").join(_(words.CHANNELS.get(code, code)) for code in codes or ())


def channel(code: str | None) -> str:
    """A channel by name."""
    return channels([code] if code else [])


def moment(said: str | None) -> str:
    """A moment as the fingerprint spells it, on the Shanghai wall clock."""
    return f"{clock.local(datetime.fromisoformat(said)):%Y-%m-%d %H:%M}" if said else ""


def version(one: Mapping[str, Any]) -> str:
    """One version with its share and every word that is its own."""
    own = [part for parts in one["texts"].values() for part in parts.values() if part]
    said = _("：").join([one["label"], *own[:1]]) if one["label"] else "".join(own[:1])
    more = "".join(f" {part}" for part in own[1:])
    return f"{one['share']}%  {said}{more}".strip()


def versions(some: Iterable[Mapping[str, Any]] | None) -> str:
    """All versions in a line."""
    return "\n".join(f"{one['code']} {version(one)}" for one in some or ())


def pilot(contents: list[Any] | None) -> str:
    """Who hears first and when the others follow, as planning.pilots tells it; empty without a pilot."""
    if not contents:
        return ""
    percent, is_own, minutes = contents
    if is_own:
        return _("制作人本机构员工的客户先发，%(n)s 分钟后发其余客户") % {"n": minutes}
    return _("随机 %(share)s%% 的客户先发，%(n)s 分钟后发其余客户") % {"share": percent, "n": minutes}


def products(chosen: Iterable[Mapping[str, Any]] | None) -> str:
    """Name, class and level of each."""
    said = []
    for one in chosen or ():
        level = f" R{one['level']}" if one["level"] else ""
        private = _("，私募") if one["is_private"] else ""
        said.append(f"{one['name']}（{_(CLASS_NAMES.get(one['class'], one['class']))}{level}{private}）")
    return _("、").join(said)


def limits(rules: Mapping[str, str] | None) -> str:
    """Caps, quiet hours, hold-out and the level for open channels."""
    if not rules:
        return ""
    return _(
        "每天 %(day)s 条、每月 %(month)s 条，静默 %(start)s–%(end)s，全行对照 %(share)s%%，开放渠道最高 R%(level)s"
    ) % {
        "day": rules["daily_cap"],
        "month": rules["monthly_cap"],
        "start": rules["quiet_from"][:5],
        "end": rules["quiet_until"][:5],
        "share": rules["holdout_percent"],
        "level": rules["open_level"],
    }
