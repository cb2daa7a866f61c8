"""What was called, how it went and how long it took: readings of the counts for the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kernel import clock, database
from wechat import limits, measuring

SINCE = """
SELECT app, api, outcome, le_ms, sum(calls)::bigint AS calls, sum(ms_sum)::bigint AS ms FROM api_use
WHERE hour_at >= $1 GROUP BY app, api, outcome, le_ms
"""
TODAY = """
SELECT app, api, sum(calls)::bigint AS calls FROM api_use
WHERE hour_at >= $1 AND outcome ~ '^-?[0-9]+$' GROUP BY app, api
"""
SLOWER_MS = 2 * measuring.BARS_MS[-1]
"""Shown for what lasted longer than the last bar."""


@dataclass(slots=True)
class Use:
    """Calls of one API through one app; bars: calls by the upper end of their duration in ms."""

    app: str
    api: str
    calls: int = 0
    ms: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bars: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    today: int = 0
    allowed: int | None = None

    @property
    def failed(self) -> int:
        """Calls without success."""
        return self.calls - self.outcomes.get("0", 0)

    @property
    def errors(self) -> list[tuple[str, int]]:
        """Outcomes other than success, the most frequent first."""
        found = [(outcome, count) for outcome, count in self.outcomes.items() if outcome != "0"]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    @property
    def left(self) -> int | None:
        """What remains of today's quota; None where there is none."""
        return None if self.allowed is None else max(self.allowed - self.today, 0)

    def within_ms(self, share: float) -> int:
        """The time within which this share of the calls ended, as the upper end of its bar."""
        wanted, seen = share * self.calls, 0
        for end in measuring.BARS_MS:
            seen += self.bars.get(end, 0)
            if seen >= wanted:
                return end
        return SLOWER_MS


async def since(moment: datetime) -> list[Use]:
    """Every API that was called since then, the most called first; with what is left of its quota today."""
    found: dict[tuple[str, str], Use] = {}
    for row in await database.fetch(SINCE, moment):
        use = found.setdefault((row["app"], row["api"]), Use(row["app"], row["api"]))
        use.calls += row["calls"]
        use.ms += row["ms"]
        use.outcomes[row["outcome"]] += row["calls"]
        use.bars[row["le_ms"]] += row["calls"]
    await _add_quotas(found.values())
    return sorted(found.values(), key=lambda use: (-use.calls, use.app, use.api))


async def _add_quotas(uses: Iterable[Use]) -> None:
    now = clock.now()
    rows = await database.fetch(TODAY, clock.day_bounds(clock.today())[0])
    today = {(row["app"], row["api"]): row["calls"] for row in rows}
    for use in uses:
        use.today = today.get((use.app, use.api), 0)
        if use.app.startswith("official_account:") and limits.offers(name := f"oa.api{_plain(use.api)}", now):
            use.allowed = limits.at(name, now).number(now)


def _plain(api: str) -> str:
    return f".{api.removeprefix('/')}"
