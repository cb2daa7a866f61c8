"""Sessions: who is signed in where, how long that lasts, and when the person last proved to be there."""

from __future__ import annotations

import secrets
from datetime import timedelta

from kernel import clock, signing
from kernel.database import transaction
from kernel.errors import NotFound
from staff import audit
from staff.access import known_addresses, pauses, spending
from staff.models import Session, Staff

IDLE_LIMIT = timedelta(minutes=20)
AGE_LIMIT = timedelta(hours=10)
FRESH = timedelta(minutes=10)
"""How long a proof counts for what asks for a fresh one (exports, keys, decisions)."""
# seen at most once a minute: a page with many parts must not write a row for each
SEEN_EVERY = timedelta(minutes=1)


async def begin(
    staff: Staff,
    how: str,
    *,
    address: str = "",
    browser: str = "",
    has_second_factor: bool = False,
    before: Session | None = None,
) -> tuple[Session, str]:
    """A new session and its token, which is told once. how: password, wecom or invitation.

    before: the session that goes on under a new token; its end and its last proof stay what they were.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    async with transaction():
        made = await Session.create(
            token_hash=signing.token_hash(token),
            staff=staff,
            csrf=secrets.token_urlsafe(32),
            last_seen_at=now,
            ends_at=before.ends_at if before is not None else now + AGE_LIMIT,
            address=address[:64],
            browser=browser[:200],
            how=how,
            has_second_factor=has_second_factor,
            stepped_up_at=before.stepped_up_at if before is not None else now,
        )
        await known_addresses.remember(staff, made.address)
        await audit.record(staff, "sign_in.succeeded", "staff", staff.id, how=how, second_factor=has_second_factor)
    return made, token


async def find(token: str) -> Session | None:
    """The living session of a token, marked as seen; None when unknown, over, idle too long, or the person left."""
    if not token:
        return None
    found = await Session.get_or_none(token_hash=signing.token_hash(token)).select_related("staff", "staff__branch")
    now = clock.now()
    if found is None or not found.staff.is_active:
        return None
    if found.ends_at <= now or found.last_seen_at <= now - IDLE_LIMIT:
        await Session.filter(id=found.id).delete()
        return None
    if found.last_seen_at <= now - SEEN_EVERY:
        await Session.filter(id=found.id).update(last_seen_at=now)
    return found


async def of(staff: Staff) -> list[Session]:
    """The living sessions of a person, the latest seen first."""
    now = clock.now()
    living = Session.filter(staff_id=staff.id, ends_at__gt=now, last_seen_at__gt=now - IDLE_LIMIT)
    return await living.order_by("-last_seen_at", "-id")


async def end(token: str) -> int:
    """End the session of this token; how many ended (none or one)."""
    return await Session.filter(token_hash=signing.token_hash(token)).delete() if token else 0


async def end_one(staff: Staff, session_id: int, *, by: Staff | None = None) -> None:
    """End one session of a person. NotFound when it is not theirs, or over."""
    async with transaction():
        if not await Session.filter(id=session_id, staff_id=staff.id).delete():
            raise NotFound("这个登录已经结束")
        await audit.record(by or staff, "session.ended", "staff", staff.id, session=session_id)


async def end_others(kept: Session, staff: Staff) -> int:
    """End all sessions of a person but this one; returns how many."""
    async with transaction():
        ended = await Session.filter(staff_id=staff.id).exclude(id=kept.id).delete()
        await audit.record(staff, "session.others_ended", "staff", staff.id, sessions=ended)
    return ended


async def end_all(staff: Staff) -> int:
    """Sign a person out everywhere; returns how many sessions ended."""
    return await Session.filter(staff_id=staff.id).delete()


def is_fresh(found: Session) -> bool:
    """Whether the person proved to be there a short while ago."""
    return found.stepped_up_at is not None and found.stepped_up_at > clock.now() - FRESH


async def step_up(found: Session, staff: Staff, proof: str) -> None:
    """Note that the person proved just now to be there; proof: totp, recovery or password."""
    found.stepped_up_at = clock.now()
    async with transaction():
        await Session.filter(id=found.id).update(stepped_up_at=found.stepped_up_at)
        await audit.record(staff, "session.stepped_up", "staff", staff.id, proof=proof)


async def forget_old() -> int:
    """Delete the sessions that are over, old pauses and old spent tokens; for the clock. Returns how many sessions."""
    now = clock.now()
    await pauses.forget_old()
    await spending.forget_old()
    await known_addresses.forget_old()
    idle = await Session.filter(last_seen_at__lte=now - IDLE_LIMIT).delete()
    return idle + await Session.filter(ends_at__lte=now).delete()
