"""The second factor: time-based codes (RFC 6238) of an app on the person's phone, each good once."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import segno

from kernel import clock, database, sealing, settings
from kernel.database import transaction
from kernel.errors import Refused
from staff import audit
from staff.access import sessions
from staff.access.models import RecoveryCode
from staff.models import Staff

SECONDS_A_STEP = 30
STEPS_ASIDE = 1
"""Phones' clocks are a little off: the code before and the code after are good, too."""
DRAFT_MINUTES = 15
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """A secret that is shown once and not in use yet: sealed (for the form), in letters, and as an inline SVG."""

    sealed: str
    letters: str
    picture: str


def is_required() -> bool:
    """Whether everybody must have a second factor, or is only offered one."""
    now = settings.get()
    return now.second_factor == "required" or (not now.second_factor and not now.demo)


def is_set_up(person: Staff) -> bool:
    """Whether this person is asked for codes."""
    return person.totp_since is not None and person.totp_sealed is not None


def begin(person: Staff) -> Draft:
    """A new secret to scan. Nothing is kept until `confirm`: the form carries it, sealed to this person."""
    return _draft(person, pyotp.random_base32())


def again_or_new(person: Staff, sealed: str) -> Draft:
    """The same draft once more after a wrong first code (the phone has scanned it already); a new one when too old."""
    try:
        return _draft(person, _open_draft(person, sealed), sealed)
    except Refused:
        return begin(person)


async def confirm(person: Staff, sealed: str, code: str) -> None:
    """Take the secret into use, proved by its first code; an earlier one is void. Refused: too old, wrong code."""
    secret = _open_draft(person, sealed)
    step = _step_of(secret, code)
    if step is None:
        raise Refused("动态码不对。请确认手机时间准确，再输入应用上当前显示的 6 位数字", code="second_factor.wrong")
    now = clock.now()
    async with transaction():
        kept = sealing.seal(secret, table="staff", column="totp", row=person.id)
        await Staff.filter(id=person.id).update(totp_sealed=kept, totp_since=now, totp_last_step=step)
        await audit.record(person, "second_factor.set_up", "staff", person.id, renewed=is_set_up(person))
    person.totp_sealed, person.totp_since, person.totp_last_step = kept, now, step


async def verify(person: Staff, code: str) -> bool:
    """Whether the code is right now, and not used before: two uses at the same moment give one success."""
    if not is_set_up(person) or person.totp_sealed is None:
        return False
    step = _step_of(sealing.unseal(person.totp_sealed, table="staff", column="totp", row=person.id), code)
    if step is None:
        return False
    moved = await database.execute(
        "UPDATE staff SET totp_last_step = $2 WHERE id = $1 AND coalesce(totp_last_step, 0) < $2", person.id, step
    )
    return moved == 1


async def remove(person: Staff, *, by: Staff) -> None:
    """A person gives up the second factor. Refused where everybody must have one."""
    if is_required():
        raise Refused("本行要求所有人使用动态码，不能停用；换手机请选“重新绑定”", code="second_factor.required")
    await _forget(person, "second_factor.removed", by)


async def reset(person: Staff, *, by: Staff) -> None:
    """An administrator takes away a lost second factor: the person is signed out and sets up a new one next time."""
    if person.id == by.id:
        raise Refused("不能重置自己的动态码，请在“我的账户”里重新绑定", code="second_factor.own")
    await _forget(person, "second_factor.reset", by)


async def _forget(person: Staff, action: str, by: Staff) -> None:
    async with transaction():
        await Staff.filter(id=person.id).update(totp_sealed=None, totp_since=None)
        await RecoveryCode.filter(staff_id=person.id).delete()
        if person.id != by.id:
            await sessions.end_all(person)
        await audit.record(by, action, "staff", person.id)
    person.totp_sealed = person.totp_since = None


def _draft(person: Staff, secret: str, sealed: str = "") -> Draft:
    if not sealed:
        moment = int(clock.now().timestamp())
        blob = sealing.seal(f"{moment} {secret}", table="staff", column="totp_draft", row=person.id)
        sealed = base64.urlsafe_b64encode(blob).decode()
    address = pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=settings.get().bank_name)
    picture = segno.make(address, error="m").svg_inline(border=2, dark="#141B2B", svgclass="qr", omitsize=True)
    return Draft(sealed, " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), picture)


def _open_draft(person: Staff, sealed: str) -> str:
    try:
        blob = base64.urlsafe_b64decode(sealed.encode())
        moment, secret = sealing.unseal(blob, table="staff", column="totp_draft", row=person.id).split(" ")
    except (sealing.Unreadable, binascii.Error, ValueError) as error:
        raise _too_old() from error
    if clock.now().timestamp() - int(moment) > timedelta(minutes=DRAFT_MINUTES).total_seconds():
        raise _too_old()
    return secret


def _too_old() -> Refused:
    return Refused("这个二维码已过期，请重新打开页面再扫一次", code="second_factor.stale")


def _step_of(secret: str, code: str) -> int | None:
    # the code of every step is compared, also after a hit: time tells nothing
    given = "".join(code.split())
    now = int(clock.now().timestamp()) // SECONDS_A_STEP
    source = pyotp.HOTP(secret)
    right = [
        step
        for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1)
        if hmac.compare_digest(source.at(step).encode(), given.encode())
    ]
    return right[0] if right else None
