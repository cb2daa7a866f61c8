"""Who may do what: one table from role to permissions, read by pages, navigation and tests."""

from __future__ import annotations

from kernel.errors import Forbidden
from staff.models import Staff

ROLE_NAMES = {
    "marketing": "营销经理",
    "director": "客户总监",
    "branch_head": "分行负责人",
    "reviewer": "合规复核",
    "administrator": "系统管理员",
    "auditor": "审计",
}
REACH_NAMES = {"own": "本人", "team": "团队", "sub_branch": "支行", "branch": "分行", "bank": "全行"}

_SEES_CAMPAIGNS = frozenset(
    {"overview.see", "campaigns.see", "calendar.see", "events.see", "livestreams.see", "content.see", "products.see"}
)
_SEES_CLIENTS = frozenset({"clients.see", "groups.see", "tiers.see", "benefits.see"})
_REVIEWS = frozenset({"approvals.see", "approvals.decide", "campaigns.stop", "stops.pull", "stops.release"})

TABLE: dict[str, frozenset[str]] = {
    "marketing": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | {
        "imports.run",
        "segments.edit",
        "campaigns.edit",
        "campaigns.stop",
        "events.edit",
        "events.check_in",
        "livestreams.edit",
        "content.edit",
        "groups.edit",
        "products.edit",
        "grants.make",
        "points.adjust",
        "policies.edit",
        "exports.ask",
        "stops.pull",
        "consents.see",
    },
    "director": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | {"clients.reveal", "clients.edit", "events.check_in", "tasks.do", "grants.make", "exports.ask"},
    "branch_head": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | _REVIEWS
    | {"clients.reveal", "audit.see", "exports.ask", "interests.see", "people.see"},
    "reviewer": _SEES_CAMPAIGNS
    | _REVIEWS
    | {
        "audit.see",
        "clients.see",
        "consents.see",
        "privacy.see",
        "privacy.handle",
        "interests.see",
        "products.rate",
        "policies.edit",
        "exports.ask",
        "people.see",
        "permissions.see",
        "approvals.decide_roles",
    },
    "administrator": frozenset(
        {
            "overview.see",
            "imports.run",
            "tiers.see",
            "benefits.see",
            "health.see",
            "health.repair",
            "people.see",
            "people.manage",
            "organisation.manage",
            "permissions.see",
            "audit.see",
            "exports.ask",
            "keys.manage",
            "stops.pull",
            "stops.release",
            "policies.edit",
            "retention.manage",
            "approvals.see",
            "approvals.decide_roles",
        }
    ),
    "auditor": _SEES_CAMPAIGNS
    | {
        "clients.see",
        "audit.see",
        "audit.verify",
        "exports.ask",
        "approvals.see",
        "consents.see",
        "interests.see",
        "people.see",
        "permissions.see",
        "privacy.see",
        "health.see",
    },
}
EVERY = frozenset().union(*TABLE.values())


def may(person: Staff, permission: str) -> bool:
    """Whether this role has the permission; an unknown permission is a bug and says so."""
    if permission not in EVERY:
        raise ValueError(f"unknown permission {permission}")
    return person.is_active and permission in TABLE.get(person.role, frozenset())


def require(person: Staff, permission: str) -> None:
    """Go on only with the permission. Forbidden otherwise."""
    if not may(person, permission):
        raise Forbidden()
