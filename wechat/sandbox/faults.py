"""Faults on demand: rules that make chosen paths slow, broken, cut off or out of quota."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

KINDS = frozenset(
    {
        "latency",
        "hang",
        "reset",
        "http_502",
        "html_200",
        "truncated",
        "errcode",
        "accept_then_timeout",
        "accept_then_reset",
        "revoke_token",
        "quota",
    }
)


@dataclass(slots=True)
class Rule:
    """One fault: on paths that match `path`, skip `after` requests, then act `times` (None: always).

    `ms` is the latency; `errcode` the code answered; `quota` lets `limit` requests through per `window_s`, then answers
    `errcode` until `block_s` have passed.
    """

    path: str
    kind: str
    times: int | None = None
    after: int = 0
    ms: int = 0
    errcode: int = -1
    limit: int = 0
    window_s: float = 60
    block_s: float = 60
    id: int = 0
    hits: int = 0
    blocked_until: float = 0.0
    seen: list[float] = field(default_factory=list)


class Faults:
    """The active rules, in the order they were set; the first that applies wins, latency adds to any other."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._last = 0

    def add(self, values: dict[str, Any]) -> Rule:
        """A new rule from JSON; ValueError for an unknown kind."""
        rule = Rule(**values)
        if rule.kind not in KINDS:
            raise ValueError(f"unknown fault {rule.kind}; one of {', '.join(sorted(KINDS))}")
        self._last += 1
        rule.id = self._last
        self.rules.append(rule)
        return rule

    def clear(self, rule_id: int | None = None) -> None:
        """Remove one rule, or all."""
        self.rules = [rule for rule in self.rules if rule_id is not None and rule.id != rule_id]

    def take(self, path: str, now: float) -> tuple[int, Rule | None]:
        """(latency ms, rule to apply or None) for one request, counting it against the rules."""
        latency = 0
        for rule in self.rules:
            if not fnmatchcase(path, rule.path) or not _applies(rule, now):
                continue
            rule.hits += 1
            if rule.kind == "latency":
                latency += rule.ms
            else:
                return latency, rule
        return latency, None

    def show(self) -> list[dict[str, Any]]:
        """The rules for the control plane."""
        return [{name: value for name, value in asdict(rule).items() if name != "seen"} for rule in self.rules]


def _applies(rule: Rule, now: float) -> bool:
    if rule.kind == "quota":
        return _over_quota(rule, now)
    if rule.after > 0:
        rule.after -= 1
        return False
    return rule.times is None or rule.hits < rule.times


def _over_quota(rule: Rule, now: float) -> bool:
    if now < rule.blocked_until:
        return True
    rule.seen = [moment for moment in rule.seen if moment > now - rule.window_s]
    if len(rule.seen) >= rule.limit:
        rule.blocked_until = now + rule.block_s
        return True
    rule.seen.append(now)
    return False
