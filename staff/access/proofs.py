"""What a person gives to prove who they are once more: a code of the phone, a recovery code, or the password."""

from __future__ import annotations

from kernel.errors import Refused
from staff import audit
from staff.access import passwords, pauses, recovery, second_factor
from staff.models import Staff


class WrongProof(Refused):
    """Wrong, used before, or resting after too many tries: all look the same."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="proof.wrong", status=401)


async def give_code(person: Staff, code: str) -> str:
    """What kind of code it was: totp or recovery. WrongProof otherwise; wrong codes have a back-off of their own."""
    place = f"codes|{person.id}"
    if await pauses.is_paused(place):
        raise _wrong_code()
    if len("".join(code.split())) == second_factor.DIGITS:
        kind = "totp" if await second_factor.verify(person, code) else ""
    else:
        kind = "recovery" if second_factor.is_set_up(person) and await recovery.use(person, code) else ""
    if not kind:
        await pauses.count_failure(place, pauses.CODES)
        await audit.record(person, "second_factor.wrong_code", "staff", person.id)
        raise _wrong_code()
    await pauses.forgive(place)
    return kind


async def give_password(person: Staff, password: str) -> str:
    """The kind "password" when it is right. WrongProof otherwise, counted as wrong codes are."""
    place = f"codes|{person.id}"
    if await pauses.is_paused(place):
        raise _wrong_password()
    if not await passwords.matches(person.password_hash, password):
        await pauses.count_failure(place, pauses.CODES)
        await audit.record(person, "password.wrong", "staff", person.id)
        raise _wrong_password()
    await pauses.forgive(place)
    return "password"


async def give(person: Staff, proof: str) -> str:
    """A code where the person has a second factor, else the password; returns its kind. WrongProof when it is wrong."""
    if second_factor.is_set_up(person):
        return await give_code(person, proof)
    return await give_password(person, proof)


def _wrong_password() -> WrongProof:
    return WrongProof("密码不正确；连续输错会暂停片刻，请稍候再试")


def _wrong_code() -> WrongProof:
    return WrongProof("验证码不正确或已经用过；每个动态码只能用一次，连续输错会暂停片刻")
