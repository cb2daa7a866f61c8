"""Signing in with login and password: growing pauses per account and address, and equal time for unknown logins."""

from __future__ import annotations

from kernel import clock, database
from kernel.errors import Refused
from staff import audit
from staff.access import known_addresses, passwords, pauses
from staff.models import Staff

LONGEST_PASSWORD = passwords.LONGEST
LONGEST_ADDRESS = 64
NOBODY = 0
"""The number of no row: an unknown login costs the same statements as a known one."""
set_password = passwords.set_password


class WrongSignIn(Refused):
    """Wrong, closed, or resting after too many tries: all look the same, so that no login is given away."""

    def __init__(self) -> None:
        super().__init__("用户名或密码不正确；连续输错会暂停片刻，请稍候再试", code="sign_in.wrong", status=401)


async def check(login: str, password: str, address: str = "") -> Staff:
    """The person with this login and password. WrongSignIn: wrong, closed, or too many tries of account or address.

    Where the person signed in lately only the tries from that address count: nobody elsewhere keeps the account closed.
    """
    if address and await pauses.is_paused(f"address|{address}"):
        # before the slow hash: refusing a flood must be cheap, and it looks the same for every login
        raise WrongSignIn
    address = address[:LONGEST_ADDRESS]
    person = await Staff.get_or_none(login=login.strip().lower())
    number = person.id if person is not None else NOBODY
    is_known = await known_addresses.is_known(number, address)
    is_resting = await pauses.is_paused(_seat(number, address))
    if not is_known:
        is_resting = person is not None and person.next_sign_in_at is not None and person.next_sign_in_at > clock.now()
    stored = person.password_hash if person is not None else ""
    is_right = await passwords.matches(stored, password)
    if person is None or not is_right or not person.is_active or is_resting:
        # whoever knocks while it rests, and with whatever password: a resting account counts no more, or a stranger
        # could keep it closed for ever
        counted = NOBODY if is_resting else number
        await _count_failure(person, address, NOBODY if is_known else counted, counted if is_known else NOBODY)
        raise WrongSignIn
    if passwords.is_outdated(stored):
        await passwords.keep(person, await passwords.hashed(password))
    await Staff.filter(id=person.id).update(failed_sign_ins=0, next_sign_in_at=None)
    await pauses.forgive(_seat(person.id, address))
    return person


async def _count_failure(person: Staff | None, address: str, account: int, at_known: int) -> None:
    """One more for the account or for the account at its known address; the same statements for every login."""
    # counted in the database: parallel guesses on several processes all count
    row = await database.fetch_one(
        "UPDATE staff SET failed_sign_ins = failed_sign_ins + 1 WHERE id = $1 RETURNING failed_sign_ins", account
    )
    # the login that was typed is not kept: people type passwords into the wrong field
    await audit.record(person, "sign_in.failed", "staff", person.id if person is not None else None)
    if address:
        # the address always counts, or it would be paused over unknown logins only, and that would tell which are known
        await pauses.count_failure(f"address|{address}", pauses.ADDRESS)
        await pauses.count_failure(_seat(at_known, address), pauses.ACCOUNT)
    counted = row["failed_sign_ins"] if row else 0
    pause = pauses.wait_after(counted, pauses.ACCOUNT)
    # of guesses at once the one that counted last decides: an earlier one that comes late must not shorten its pause
    mine = Staff.filter(id=account if pause else NOBODY, failed_sign_ins=counted)
    await mine.update(next_sign_in_at=clock.now() + pause)


def _seat(number: int, address: str) -> str:
    return f"account|{number}|{address}"
