"""Deposit return (存款回流): what counts as an outflow, how much of it came back, and the rates. Pure.

Definition of record. An outflow of type O: over 7 days the net external outflow from a client's deposits reaches the
greater of a floor and a share of the average of the 30 days before; t0 is the day on which it does. B is the average of
days t0+1 to t0+3, and R(N) = clip(average of t0+N-6 .. t0+N - B, 0, amount): seven days, so that money put in for one
month-end day does not count. All days are calendar days in Shanghai, all money whole fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

BASE_DAYS = 3
LATE_DAYS = 7
DAYS = 30
BASES = {"deposit": "存款口径", "total": "总资产口径"}


@dataclass(frozen=True)
class Thresholds:
    """From which size on a loss is an outflow. floor_fen: at least this much; share_percent of the trailing average.

    window_days: over how many days flows are netted. trailing_days: days averaged before that window. open_days: how
    long an event stays open, in which no second one begins for the client.
    """

    floor_fen: int = 5_000_000
    share_percent: int = 30
    window_days: int = 7
    trailing_days: int = 30
    open_days: int = 30


@dataclass(frozen=True)
class Event:
    """A loss on day zero, in fen."""

    on_day: date
    amount_fen: int


@dataclass(frozen=True)
class Rates:
    """Three readings of the same events; amount is the headline. None without events."""

    amount: Fraction
    clients: Fraction
    mean: Fraction


STANDARD = Thresholds()


def is_outflow(lost_fen: int, trailing_sum_fen: int, trailing_days: int, limits: Thresholds = STANDARD) -> bool:
    """Whether a net loss over the window is an outflow, given the sum of balances of the days before it."""
    enough = lost_fen * 100 * max(trailing_days, 1) >= limits.share_percent * trailing_sum_fen
    return lost_fen >= limits.floor_fen and enough


def notice(flows: Mapping[date, int], deposits: Mapping[date, int], limits: Thresholds = STANDARD) -> list[Event]:
    """The outflows of one client. flows: net external amount by day; deposits: closing balance by day."""
    found: list[Event] = []
    for day in sorted(flows):
        if flows[day] >= 0 or (found and day < found[-1].on_day + timedelta(days=limits.open_days)):
            continue
        lost = -sum(flows.get(day - timedelta(days=n), 0) for n in range(limits.window_days))
        before = [day - timedelta(days=limits.window_days + n) for n in range(limits.trailing_days)]
        known = [deposits[one] for one in before if one in deposits]
        if is_outflow(lost, sum(known), len(known), limits):
            found.append(Event(day, lost))
    return found


def returned_fen(event: Event, balances: Mapping[date, int], days: int = DAYS) -> int | None:
    """How much was back `days` after the event, rounded down; None as long as a day of the windows is missing."""
    base = [event.on_day + timedelta(days=n) for n in range(1, BASE_DAYS + 1)]
    late = [event.on_day + timedelta(days=n) for n in range(days - LATE_DAYS + 1, days + 1)]
    if any(day not in balances for day in (*base, *late)):
        return None
    rise = BASE_DAYS * sum(balances[day] for day in late) - LATE_DAYS * sum(balances[day] for day in base)
    return min(max(rise // (BASE_DAYS * LATE_DAYS), 0), event.amount_fen)


def rates(events: Sequence[tuple[int, int]]) -> Rates | None:
    """Rates of (amount, returned) pairs: sum over sum, share with half or more back, mean of the ratios."""
    if not events:
        return None
    return Rates(
        amount=Fraction(sum(r for _, r in events), sum(a for a, _ in events)),
        clients=Fraction(sum(2 * r >= a for a, r in events), len(events)),
        mean=sum((Fraction(r, a) for a, r in events), Fraction()) / len(events),
    )
