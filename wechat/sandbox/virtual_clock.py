"""The sandbox's own clock: every expiry uses it, and tests may set, advance, freeze or speed it up."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


class VirtualClock:
    """Seconds since the epoch; follows the real clock until told otherwise."""

    def __init__(self) -> None:
        self._base = self._real = time.time()
        self._speed = 1.0

    def now(self) -> float:
        """The sandbox's present moment in epoch seconds."""
        return self._base + (time.time() - self._real) * self._speed

    def set(self, moment: float) -> None:
        """Jump to an epoch second, keeping the speed."""
        self._base, self._real = moment, time.time()

    def advance(self, seconds: float) -> None:
        """Jump forward (or back, when negative)."""
        self.set(self.now() + seconds)

    def pace(self, speed: float) -> None:
        """Run at `speed` times real time from now on; 0 freezes the clock."""
        self.set(self.now())
        self._speed = speed

    def month(self) -> str:
        """The calendar month in Shanghai as YYYY-MM."""
        return self.local().strftime("%Y-%m")

    def day(self) -> str:
        """The calendar day in Shanghai as YYYY-MM-DD."""
        return self.local().strftime("%Y-%m-%d")

    def day_of(self, moment: float) -> str:
        """The calendar day of a moment in Shanghai as YYYY-MM-DD."""
        return datetime.fromtimestamp(moment, SHANGHAI).strftime("%Y-%m-%d")

    def local(self) -> datetime:
        """The present moment on a Shanghai wall clock."""
        return datetime.fromtimestamp(self.now(), SHANGHAI)

    def describe(self) -> dict[str, object]:
        """The clock for the control plane."""
        return {"now": self.now(), "speed": self._speed, "frozen": self._speed == 0, "local": self.local().isoformat()}
