"""Signing in with login and password: growing pauses per account and address, and equal time for unknown logins."""

from __future__ import annotations

from kernel import clock, database
from kernel.errors import Refused
from staff import audit
from staff.access import passwords, pauses
from staff.models import Staff

LONGEST_PASSWORD = passwords.LONGEST
NOBODY = 0
"""The number of no row: an unknown login costs the same statements as a known one."""
set_password = passwords.set_password


class WrongSignIn(Refused):
    """Wrong, closed, or resting after too many tries: all look the same, so that no login is given away."""

    def __init__(self) -> None:
        super().__init__("用户名或密码不正确；连续输错会暂停片刻，请稍候再试", code="sign_in.wrong", status=401)


async def check(login: str, password: str, address: str = "") -> Staff:
    """The person with this login and password. WrongSignIn: wrong, closed, or too many tries of account or address."""
    place = f"address|{address}"
    if address and await pauses.is_paused(place):
        # before the slow hash: refusing a flood must be cheap, and it looks the same for every login
        raise WrongSignIn
    person = await Staff.get_or_none(login=login.strip().lower())
    stored = person.password_hash if person is not None else ""
    is_right = await passwords.matches(stored, password)
    if person is None or not is_right or not person.is_active or _is_resting(person):
        # whoever knocks while it rests, and with whatever password
        await _count_failure(person, place if address else "")
        raise WrongSignIn
    if passwords.is_outdated(stored):
        await passwords.keep(person, await passwords.hashed(password))
    await Staff.filter(id=person.id).update(failed_sign_ins=0, next_sign_in_at=None)
    return person


def _is_resting(person: Staff) -> bool:
    return person.next_sign_in_at is not None and person.next_sign_in_at > clock.now()


async def _count_failure(person: Staff | None, place: str) -> None:
    # a resting account counts no more, or a stranger could keep it closed for ever; the address always counts, or it
    # would be paused over unknown logins only, and the pause would tell which are known
    number = person.id if person is not None and not _is_resting(person) else NOBODY
    # counted in the database: parallel guesses on several processes all count
    row = await database.fetch_one(
        "UPDATE staff SET failed_sign_ins = failed_sign_ins + 1 WHERE id = $1 RETURNING failed_sign_ins", number
    )
    # the login that was typed is not kept: people type passwords into the wrong field
    await audit.record(person, "sign_in.failed", "staff", person.id if person is not None else None)
    if place:
        await pauses.count_failure(place, pauses.ADDRESS)
    if pause := pauses.wait_after(row["failed_sign_ins"] if row else 0, pauses.ACCOUNT):
        await Staff.filter(id=number).update(next_sign_in_at=clock.now() + pause)
