"""Whether what the bank knows of a client's documents holds marketing back; pure."""

from __future__ import annotations

from datetime import date

STATES = {"ok": "正常", "flagged": "身份信息待核实"}
HOLDS = {"kyc_flagged": "客户身份信息待核实", "kyc_expired": "客户证件已过期"}
"""Reasons that hold marketing until the client's documents are in order again; service goes on."""
REMIND_DAYS = (90, 30, 7)


def hold(is_flagged: bool, expires_on: date | None, today: date) -> str | None:
    """Why marketing is held; None when it isn't. A document is good through its last day, both days in Shanghai.

    A client of whom the feed says nothing is not held: a bank without the feed would reach nobody.
    """
    if is_flagged:
        return "kyc_flagged"
    return "kyc_expired" if expires_on is not None and expires_on < today else None


def reminder(expires_on: date, today: date) -> int | None:
    """Which reminder stands: the smallest of REMIND_DAYS that is not smaller than the days left; None outside them."""
    left = (expires_on - today).days
    return min((days for days in REMIND_DAYS if left <= days), default=None) if left >= 0 else None
