"""Caps, quiet hours and the global hold-out in force on a day; data, so that a bank changes them without a release."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from community.sending.models import SendPolicy
from community.suitability import rule
from kernel import clock, database
from kernel.errors import Refused

FIRST_DAY = date(2000, 1, 1)
BUCKETS = 10_000
HELD_OUT_SQL = (
    "(('x' || substr(encode(sha256(('holdout|' || {season} || '|' || {client_id})::bytea), 'hex'), 1, 8))"
    "::bit(32)::bigint % 10000) < {percent} * 100"
)
"""The same question as `is_held_out`, for set-based SQL; fill in three SQL expressions."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for marketing: messages per Shanghai day and month, quiet hours on the Shanghai wall clock.

    quiet_from equal to quiet_until means no quiet hours. holdout_percent: share of clients that never gets marketing.
    open_level: the highest level of a product that may be mentioned where anybody reads.
    """

    daily_cap: int = 2
    monthly_cap: int = 15
    quiet_from: time = time(21, 30)
    quiet_until: time = time(8, 30)
    holdout_percent: int = 0
    open_level: int = rule.DEFAULT_OPEN_LEVEL


DEFAULT = Policy()


async def in_force(day: date | None = None) -> Policy:
    """The policy of a Shanghai day (today when None); the built-in one when none was ever saved."""
    row = await database.fetch_one(
        "SELECT daily_cap, monthly_cap, quiet_from, quiet_until, holdout_percent, open_level FROM send_policy"
        " WHERE effective_on <= $1 ORDER BY effective_on DESC LIMIT 1",
        day or clock.today(),
    )
    if row is None:
        return DEFAULT
    walls = {name: time.fromisoformat(row[name]) for name in ("quiet_from", "quiet_until")}
    return Policy(**{**row, **walls})


def told(policy: Policy) -> dict[str, str]:
    """A policy in plain JSON, to be approved and kept."""
    return {name: str(value) for name, value in dataclasses.asdict(policy).items()}


def read(kept: Mapping[str, str]) -> Policy:
    """The policy that `told` said."""
    numbers = {name: int(kept[name]) for name in ("daily_cap", "monthly_cap", "holdout_percent", "open_level")}
    walls = {name: time.fromisoformat(kept[name]) for name in ("quiet_from", "quiet_until")}
    return dataclasses.replace(DEFAULT, **numbers, **walls)  # type: ignore[arg-type]  # two kinds of fields


def stricter(policy: Policy, approved: Policy) -> Policy:
    """The narrower of two in each number; quiet hours stay the first one's, whoever asks looks at both."""
    return dataclasses.replace(
        policy,
        daily_cap=min(policy.daily_cap, approved.daily_cap),
        monthly_cap=min(policy.monthly_cap, approved.monthly_cap),
        holdout_percent=max(policy.holdout_percent, approved.holdout_percent),
        open_level=min(policy.open_level, approved.open_level),
    )


async def ensure_default() -> None:
    """Save the built-in policy as the first one, so that staff can see and change it; safe to call at every start."""
    await database.execute(
        "INSERT INTO send_policy (effective_on, daily_cap, monthly_cap, quiet_from, quiet_until, holdout_percent,"
        " open_level, note) VALUES ($1, $2, $3, $4, $5, $6, $7, '系统默认') ON CONFLICT (effective_on) DO NOTHING",
        FIRST_DAY,
        *_columns(DEFAULT),
    )


async def save(effective_on: date, policy: Policy, note: str = "") -> None:
    """Put a policy in force from a day on; a second one for the same day replaces it. Refused: past day, nonsense."""
    check(effective_on, policy)
    await database.execute(
        "INSERT INTO send_policy (effective_on, daily_cap, monthly_cap, quiet_from, quiet_until, holdout_percent,"
        " open_level, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (effective_on) DO UPDATE SET"
        " daily_cap = excluded.daily_cap, monthly_cap = excluded.monthly_cap,"
        " quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,"
        " holdout_percent = excluded.holdout_percent, open_level = excluded.open_level, note = excluded.note",
        effective_on,
        *_columns(policy),
        note,
    )


def check(effective_on: date, policy: Policy) -> None:
    """Refused: a past day, or values that make no sense."""
    if policy.daily_cap < 0 or policy.monthly_cap < 0 or not 0 <= policy.holdout_percent <= 50:
        raise Refused("上限不能为负数，全局对照比例须在 0 到 50 之间", code="send_policy.out_of_range")
    if effective_on < clock.today():
        raise Refused("生效日期不能早于今天", code="send_policy.past")
    if not 1 <= policy.open_level <= 5:
        raise Refused("开放渠道允许的风险等级须在 R1 到 R5 之间", code="send_policy.open_level")


async def history() -> list[SendPolicy]:
    """All policies, the newest first."""
    return await SendPolicy.all().order_by("-effective_on")


def season(day: date) -> str:
    """The year of the hold-out that a Shanghai day belongs to: every year other clients go without, nobody for ever."""
    return str(day.year)


def is_held_out(client_id: int, percent: int, in_season: str) -> bool:
    """Whether a client belongs to the global hold-out of a season: a stable hash, the same for every campaign."""
    digest = hashlib.sha256(f"holdout|{in_season}|{client_id}".encode()).hexdigest()
    return int(digest[:8], 16) % BUCKETS < percent * 100


def _columns(policy: Policy) -> tuple[int, int, str, str, int, int]:
    walls = policy.quiet_from.strftime("%H:%M"), policy.quiet_until.strftime("%H:%M")
    return policy.daily_cap, policy.monthly_cap, *walls, policy.holdout_percent, policy.open_level
