"""The side bar: groups of pages, each shown to those who may open it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from staff import permissions
from staff.models import Staff


class Item(NamedTuple):
    """One entry: icon, label, route name, and the permission its page asks for."""

    icon: str
    label: str
    page: str
    may: str


GROUPS: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            Item("layout-dashboard", "经营总览", "overview", "overview.see"),
            Item("checks", "我的待办", "inbox", ""),
        ),
    ),
    (
        "客户与社群",
        (
            Item("users", "客户", "clients", "clients.see"),
            Item("users-group", "客户群", "groups", "groups.see"),
            Item("target", "分群", "segments", "segments.edit"),
            Item("clipboard-check", "跟进任务", "follow_ups", "tasks.do"),
            Item("id", "证件与评估", "renewals", "clients.see"),
            Item("file-import", "数据导入", "imports", "imports.run"),
        ),
    ),
    (
        "活动与内容",
        (
            Item("speakerphone", "活动", "campaigns", "campaigns.see"),
            Item("calendar-month", "活动日历", "calendar", "calendar.see"),
            Item("route", "旅程", "journeys", "campaigns.see"),
            Item("broadcast", "直播", "livestreams", "livestreams.see"),
            Item("ticket", "邀约会", "events", "events.see"),
            Item("photo", "内容库", "library", "content.see"),
            Item("scale", "对照实验", "experiments", "campaigns.see"),
            Item("hourglass", "触达额度", "quotas", "campaigns.see"),
        ),
    ),
    (
        "权益",
        (
            Item("award", "客户分层", "tiers", "tiers.see"),
            Item("gift", "等级与权益", "benefits", "benefits.see"),
            Item("coins", "积分账本", "points", "benefits.see"),
        ),
    ),
    (
        "合规",
        (
            Item("shield-check", "审核台", "approvals", "approvals.see"),
            Item("alert-circle", "宣传规则", "rules", "content.see"),
            Item("list-check", "同意与退订", "consents", "consents.see"),
            Item("lock", "个人信息请求", "privacy", "privacy.see"),
            Item("scale", "利益申报", "interests", ""),
            Item("download", "导出", "exports", "exports.ask"),
            Item("ban", "紧急停发", "stops", "stops.pull"),
            Item("history", "操作留痕", "audit", "audit.see"),
        ),
    ),
    (
        "设置",
        (
            Item("user-check", "成员与角色", "people", "people.see"),
            Item("building-bank", "组织架构", "organisation", "people.see"),
            Item("key", "权限一览", "permissions", "permissions.see"),
            Item("wallet", "产品", "products", "products.see"),
            Item("adjustments", "制度与上限", "policies", "policies.edit"),
            Item("trash", "保存期限", "retention", "retention.manage"),
            Item("shield", "密钥与加密", "keys", "keys.manage"),
            Item("brand-wechat", "公众号与企业微信", "connections", "connections.manage"),
            Item("login", "回调接收", "intake", "health.see"),
            Item("external-link", "接口调用", "api_calls", "health.see"),
            Item("circle-dashed", "对账差异", "drift", "health.see"),
            Item("heartbeat", "系统健康", "health", "health.see"),
        ),
    ),
)


def groups(person: Staff, has_page: Callable[[str], bool]) -> list[tuple[str, list[Item]]]:
    """What this person sees: entries without permission or without a page stay out, and so do empty groups."""
    shown = []
    for title, items in GROUPS:
        kept = [item for item in items if (not item.may or permissions.may(person, item.may)) and has_page(item.page)]
        if kept:
            shown.append((title, kept))
    return shown
