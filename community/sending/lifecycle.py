"""Which state of a send may follow which; every statement that changes a state keeps to this table."""

from __future__ import annotations

MOVES: dict[str, frozenset[str]] = {
    "planned": frozenset({"leased", "skipped"}),
    "leased": frozenset({"planned", "requested", "skipped", "failed"}),
    "requested": frozenset({"planned", "accepted", "delivered", "failed", "unknown"}),
    "accepted": frozenset({"confirmed", "delivered", "failed", "skipped"}),
    "confirmed": frozenset({"delivered", "failed"}),
    "unknown": frozenset({"planned", "accepted", "delivered", "failed"}),
    "delivered": frozenset(),
    "failed": frozenset({"delivered"}),
    "skipped": frozenset(),
}
"""From a state to the states that may follow. requested -> planned: the call certainly had no effect; unknown ->
planned: the platform's own lists prove that, or a person decided to repeat. accepted -> skipped: the campaign was
cancelled and the job taken off the member's phone. failed -> delivered: a member who seemed not to be asked has posted;
nothing is called again."""

OPEN = frozenset({"planned", "leased", "requested", "unknown"})
OUT = frozenset({"accepted", "confirmed", "delivered"})
ENDED = frozenset({"delivered", "failed", "skipped"})
ON_THE_WAY = frozenset({"requested", "unknown", "accepted", "confirmed"})


class IllegalMove(Exception):
    """A send was about to change into a state that can't follow; a bug."""


def may_follow(state: str, following: str) -> bool:
    """Whether `following` may come right after `state`."""
    return following in MOVES[state]


def check(state: str, following: str) -> None:
    """Raise IllegalMove unless `following` may come right after `state`."""
    if not may_follow(state, following):
        raise IllegalMove(f"{state} -> {following}")


def before(following: str) -> tuple[str, ...]:
    """The states from which `following` may be reached, in order of name; for the WHERE of a statement."""
    return tuple(sorted(state for state, after in MOVES.items() if following in after))
