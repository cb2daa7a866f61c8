"""Recovery codes for the day the phone is lost: ten, shown once, each good once."""

from __future__ import annotations

import secrets

from kernel import clock, signing
from kernel.database import transaction
from staff import audit
from staff.access.models import RecoveryCode
from staff.models import Staff

HOW_MANY = 10
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that look alike on paper: 0 O, 1 I L."""
LENGTH = 16
PART = 4


async def renew(person: Staff) -> list[str]:
    """Ten new codes, to be shown now and never again; those from before are void."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    async with transaction():
        await RecoveryCode.filter(staff_id=person.id).delete()
        await RecoveryCode.bulk_create([RecoveryCode(staff_id=person.id, code_hash=_hash(code)) for code in codes])
        await audit.record(person, "recovery_codes.renewed", "staff", person.id)
    return ["-".join(code[at : at + PART] for at in range(0, LENGTH, PART)) for code in codes]


async def use(person: Staff, code: str) -> bool:
    """Whether this is an unused code of the person; it is used up by asking."""
    normal = "".join(letter for letter in code.upper() if letter.isalnum())
    async with transaction():
        hit = await RecoveryCode.filter(staff_id=person.id, code_hash=_hash(normal), used_at=None).update(
            used_at=clock.now()
        )
        if hit:
            await audit.record(person, "recovery_code.used", "staff", person.id, left=await remaining(person))
    return hit == 1


async def remaining(person: Staff) -> int:
    """How many codes are still good."""
    return await RecoveryCode.filter(staff_id=person.id, used_at=None).count()


def _hash(code: str) -> str:
    # not argon2: sixteen random letters (79 bits) can't be tried out, a slow hash protects only what people think up,
    # and checking one code against ten slow hashes would take seconds and hundreds of megabytes
    return signing.keyed_hash("recovery", code)
