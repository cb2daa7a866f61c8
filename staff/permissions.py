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
}

_SEES_CAMPAIGNS = frozenset(
    {"overview.see", "campaigns.see", "calendar.see", "events.see", "livestreams.see", "content.see"}
)
_SEES_CLIENTS = frozenset({"clients.see", "groups.see", "tiers.see", "benefits.see"})

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
    },
    "director": _SEES_CAMPAIGNS | _SEES_CLIENTS | {"clients.reveal", "events.check_in", "tasks.do"},
    "branch_head": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | {"clients.reveal", "approvals.see", "approvals.decide", "campaigns.stop", "audit.see"},
    "reviewer": _SEES_CAMPAIGNS | {"approvals.see", "approvals.decide", "campaigns.stop", "audit.see", "clients.see"},
    "administrator": frozenset(
        {
            "overview.see",
            "imports.run",
            "tiers.see",
            "benefits.see",
            "health.see",
            "health.repair",
            "people.manage",
            "audit.see",
        }
    ),
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
