"""The platform's frequency limits: so many calls per corp and API in a minute and an hour, so many at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MINUTE_S, HOUR_S = 60, 3600
BAD_TOKEN_CALLS = 2000
"""Calls of `gettoken` with a bad secret in an hour, before the corp is shut out of it for an hour."""


@dataclass(slots=True)
class Window:
    """Calls in the present minute and hour, and until when none passes."""

    minute: int = 0
    in_minute: int = 0
    hour: int = 0
    in_hour: int = 0
    blocked_until: float = 0.0


class Brakes:
    """Counts per (corp, API); a limit of 0 is no limit."""

    def __init__(self) -> None:
        self.windows: dict[str, Window] = {}
        self.at_once: Counter[str] = Counter()

    def lets_pass(self, key: str, now: float, a_minute: int, an_hour: int) -> bool:
        """Count one call: over the minute's limit it is blocked for 60 s, over the hour's for 60 minutes."""
        window = self.windows.get(key)
        if window is None:
            window = self.windows[key] = Window()
        if now < window.blocked_until:
            return False
        minute, hour = int(now) // MINUTE_S, int(now) // HOUR_S
        if minute != window.minute:
            window.minute, window.in_minute = minute, 0
        if hour != window.hour:
            window.hour, window.in_hour = hour, 0
        if an_hour and window.in_hour >= an_hour:
            window.blocked_until = now + HOUR_S
        elif a_minute and window.in_minute >= a_minute:
            window.blocked_until = now + MINUTE_S
        else:
            window.in_minute += 1
            window.in_hour += 1
            return True
        return False
