"""Facts of a client's timeline that may start a journey, be waited for, end it, or be its goal."""

from __future__ import annotations

from community.clients import timeline

CHOICES = (
    "client.imported",
    "fan.followed",
    "fan.unfollowed",
    "contact.added",
    "contact.lost",
    "code.scanned",
    "menu.tapped",
    "message.received",
    "link.clicked",
    "group.joined",
    "group.left",
    "event.accepted",
    "event.declined",
    "event.attended",
    "livestream.reserved",
    "livestream.watched",
    "subscription.accepted",
    "consent.granted",
    "consent.withdrawn",
    "risk.assessed",
    "kyc.renewed",
    "kyc.expired",
    "owner.assigned",
    "tag.added",
    "tier.assigned",
    "tier.raised",
    "tier.lowered",
    "tier.watched",
    "outflow.noticed",
    "benefit.granted",
    "benefit.redeemed",
    "points.spent",
    "task.done",
)
"""What happens to clients; internal kinds (merges, searches) are nobody's reason to write."""
_LABELS = {"link.clicked": "点击链接"}


def label(kind: str) -> str:
    """What an event is called on a screen."""
    known = timeline.label(kind)
    return _LABELS.get(kind, known) if known == kind else known


def options() -> list[tuple[str, str]]:
    """Pairs of kind and label, in the order of the list."""
    return [(kind, label(kind)) for kind in CHOICES]
