"""What happened to a client in words: the codes and numbers of a timeline entry as staff know them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from campaigns.events.models import Event
from campaigns.journeys.models import Journey
from campaigns.livestreams.models import Livestream
from campaigns.planning.models import Campaign
from community.clients import preferences
from community.clients.timeline import Entry
from community.groups.directory import JOIN_SCENES, QUIT_SCENES
from community.groups.models import Group
from community.suitability.products import CLASS_NAMES
from loyalty.assets import mapping
from loyalty.rewards import periods
from loyalty.rewards.models import Benefit
from loyalty.tiers import directory
from staff.models import Staff
from web import formats
from web.language import gettext as _

SOURCES = {
    "bank_file": "来自银行文件",
    "message": "来自客户消息",
    "preferences_page": "来自客户的偏好页面",
    "privacy_request": "来自个人信息请求",
    "form": "来自纸质表单",
    "wecom": "来自企业微信",
    "staff": "当面评估",
}
HOW = {
    "by_client": "客户删除",
    "by_staff": "员工删除",
    "transfer": "离职或在职继承",
    "gone": "企业微信中已不存在",
    "dismissed": "群已解散",
    "unreadable": "群已无法读取",
}
MESSAGES = {
    "text": "文字",
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "shortvideo": "小视频",
    "location": "位置",
    "link": "链接",
    "file": "文件",
}

Names = dict[str, dict[Any, str]]


class Line(NamedTuple):
    """One entry with what is to be said beside its label."""

    entry: Entry
    facts: list[str]


async def of(entries: Sequence[Entry]) -> list[Line]:
    """The entries in words; each kind of name is looked up once for all of them."""
    names = {field: await look_up(_values(entries, field)) for field, look_up in _LOOK_UPS.items()}
    tiers = await directory.tier_names()
    return [Line(entry, _facts(entry, names, tiers)) for entry in entries]


def _values(entries: Iterable[Entry], field: str) -> set[Any]:
    return {entry.detail[field] for entry in entries if entry.detail.get(field) is not None}


def _facts(entry: Entry, names: Names, tiers: dict[str, str]) -> list[str]:
    detail = entry.detail
    found = [names[field].get(detail[field], "") for field in _LOOK_UPS if field in detail]
    if "tier_after" in detail:
        found += [_tiers(detail, tiers), _month(str(detail.get("month", "")))]
    found += [say(detail[field]) for field, say in _PLAIN.items() if detail.get(field) not in (None, "")]
    if "how" in detail:
        found.append(_how(entry.kind, detail["how"]))
    return [one for one in found if one]


def _tiers(detail: Mapping[str, Any], tiers: dict[str, str]) -> str:
    # a tier of an older policy has no name in the one in force: then its code says more than nothing
    before, after = (tiers.get(code, code) for code in (detail["tier_before"], detail["tier_after"]))
    return after if before in ("", after) else f"{before} → {after}"


def _month(month: str) -> str:
    year, _dash, number = month.partition("-")
    said = _("按 %(y)s 年 %(m)s 月日均评定")
    return said % {"y": year, "m": int(number)} if number.isdecimal() else ""


def _how(kind: str, how: Any) -> str:
    scenes = JOIN_SCENES if kind == "group.joined" else QUIT_SCENES
    return _(HOW.get(how, "") if isinstance(how, str) else scenes.get(how, ""))


async def _staff(ids: set[Any]) -> dict[Any, str]:
    return {one.id: one.name for one in await Staff.filter(id__in=list(ids))}


async def _groups(ids: set[Any]) -> dict[Any, str]:
    return {one.id: f"“{one.name}”" for one in await Group.filter(id__in=list(ids))}


async def _campaigns(ids: set[Any]) -> dict[Any, str]:
    return {one.id: f"“{one.name}”" for one in await Campaign.filter(id__in=list(ids))}


async def _journeys(ids: set[Any]) -> dict[Any, str]:
    return {one.id: f"“{one.name}”" for one in await Journey.filter(id__in=list(ids))}


async def _events(ids: set[Any]) -> dict[Any, str]:
    found = await Event.filter(id__in=list(ids)).select_related("campaign")
    return {one.id: f"“{one.campaign.name}”" for one in found}


async def _livestreams(ids: set[Any]) -> dict[Any, str]:
    found = await Livestream.filter(id__in=list(ids)).select_related("campaign")
    return {one.id: f"“{one.campaign.name}”" for one in found}


async def _benefits(codes: set[Any]) -> dict[Any, str]:
    return {one.code: one.name for one in await Benefit.filter(code__in=list(codes))}


async def _banks(_codes: set[Any]) -> dict[Any, str]:
    return {code: _("来自%(bank)s的文件") % {"bank": name} for code, name, _kinds in mapping.names()}


_LOOK_UPS: dict[str, Callable[[set[Any]], Awaitable[dict[Any, str]]]] = {
    "benefit": _benefits,
    "campaign": _campaigns,
    "journey": _journeys,
    "event": _events,
    "livestream": _livestreams,
    "group": _groups,
    "staff": _staff,
    "bank": _banks,
}
_PLAIN: dict[str, Callable[[Any], str]] = {
    "tag": str,
    "receiver": str,
    "channel": lambda code: _(preferences.CHANNELS.get(str(code), "")),
    "product_class": lambda code: _(CLASS_NAMES.get(str(code), "")),
    "points": lambda points: _("%(n)s 分") % {"n": f"{int(points):+,}"},
    "period": lambda name: periods.label(str(name)),
    "on_day": lambda day: formats.day(date.fromisoformat(day)),
    "type": lambda kind: _(MESSAGES.get(kind, "")),
    "source": lambda source: _(SOURCES.get(source, "")),
    "where": lambda source: _(SOURCES.get(source, "")),
}
