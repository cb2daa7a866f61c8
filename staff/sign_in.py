"""Signing in with login and password: argon2id, growing pauses per account, and equal time for unknown logins."""

from __future__ import annotations

import asyncio
import functools
from datetime import timedelta

import argon2

from kernel import clock, database
from kernel.errors import Refused
from staff import audit
from staff.models import Staff

FREE_TRIES = 5
LONGEST_PAUSE = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128


class WrongSignIn(Refused):
    """Wrong, closed, or resting after too many tries: all look the same, so that no login is given away."""

    def __init__(self) -> None:
        super().__init__("用户名或密码不正确；连续输错会暂停片刻，请稍候再试", code="sign_in.wrong", status=401)


async def check(login: str, password: str) -> Staff:
    """The person with this login and password. WrongSignIn: wrong, closed, or too many tries lately."""
    person = await Staff.get_or_none(login=login.strip().lower())
    stored = person.password_hash if person is not None and person.password_hash else _nobody()
    is_right = await _matches(stored, password[:LONGEST_PASSWORD])
    if person is not None and _is_resting(person):
        # whoever knocks, and with whatever password; not counted, or a stranger could keep the account closed for ever
        raise WrongSignIn
    if person is None or not is_right or not person.is_active or not person.password_hash:
        if person is not None:
            await _count_failure(person)
        raise WrongSignIn
    if _hasher().check_needs_rehash(stored):
        await set_password(person, password)
    await Staff.filter(id=person.id).update(failed_sign_ins=0, next_sign_in_at=None)
    await audit.record(person, "sign_in.succeeded", "staff", person.id)
    return person


async def set_password(person: Staff, password: str) -> None:
    """Keep a new password. Refused when it is too short, too long or contains the login."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(f"密码需要 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 个字符", code="password.length")
    if person.login.lower() in password.lower():
        raise Refused("密码不能包含用户名", code="password.contains_login")
    person.password_hash = await asyncio.to_thread(_hasher().hash, password)
    await Staff.filter(id=person.id).update(password_hash=person.password_hash)


def _is_resting(person: Staff) -> bool:
    return person.next_sign_in_at is not None and person.next_sign_in_at > clock.now()


async def _count_failure(person: Staff) -> None:
    # counted in the database: parallel guesses on several processes all count
    row = await database.fetch_one(
        "UPDATE staff SET failed_sign_ins = failed_sign_ins + 1 WHERE id = $1 RETURNING failed_sign_ins", person.id
    )
    failures = row["failed_sign_ins"] if row else 0
    await audit.record(person, "sign_in.failed", "staff", person.id)
    if failures >= FREE_TRIES:
        pause = min(timedelta(seconds=2 ** min(failures - FREE_TRIES + 1, 12)), LONGEST_PAUSE)
        await Staff.filter(id=person.id).update(next_sign_in_at=clock.now() + pause)


async def _matches(stored: str, password: str) -> bool:
    try:
        # off the event loop: one check costs tens of milliseconds of CPU
        return await asyncio.to_thread(_hasher().verify, stored, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


@functools.lru_cache(maxsize=1)
def _hasher() -> argon2.PasswordHasher:
    # RFC 9106, second recommended option scaled to OWASP's floor for a busy web process: argon2id, 19 MiB, t=2, p=1
    return argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@functools.lru_cache(maxsize=1)
def _nobody() -> str:
    # a real hash of nobody's password, so that an unknown login costs the same time
    return _hasher().hash("nobody has this password")
