"""When a question needs two yeses and how long it stays open: data with a first day, built-in values before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kernel import clock
from staff.models import ApprovalRule

DEFAULT_HOURS = 72
# size above which two people must say yes; the unit is the kind's own (UNITS)
SECOND_ABOVE: dict[str, int] = {
    "campaign": 10_000,
    "journey": 10_000,
    "grant": 100_000,
    "points": 10_000,
    "export": 5_000,
}
UNITS = {
    "campaign": "人",
    "journey": "人",
    "grant": "分（人民币）",
    "grant_reversal": "分（人民币）",
    "points": "积分",
    "export": "行",
}

ADDED_UP = frozenset({"grant", "grant_reversal", "points", "export"})
"""Kinds whose questions of one asker count together for a day: several small ones are one large one."""
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Rule:
    """second_above: two people from a size greater than this, None: one is always enough. since: its first day."""

    subject: str
    second_above: int | None
    expires_hours: int
    since: date | None = None

    def needs(self, size: int) -> int:
        """How many people must say yes to something of this size."""
        return 2 if self.second_above is not None and size > self.second_above else 1

    def expires_at(self, asked_at: datetime) -> datetime:
        """The moment from which a question asked then can't be decided any more."""
        return asked_at + timedelta(hours=self.expires_hours)


def built_in(subject: str) -> Rule:
    """What holds while nobody has decided otherwise."""
    return Rule(subject, SECOND_ABOVE.get(subject), DEFAULT_HOURS)


async def in_force(subject: str, on: date | None = None) -> Rule:
    """The rule of a day (today when none is named): the newest that has begun, or the built-in one."""
    found = ApprovalRule.filter(subject=subject, effective_on__lte=on or clock.today())
    row = await found.order_by("-effective_on", "-id").first()
    if row is None:
        return built_in(subject)
    return Rule(subject, row.second_above, row.expires_hours, row.effective_on)
