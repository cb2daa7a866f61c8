"""One-time links on which a person sets the password: handed over by an administrator, good for three days, once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from kernel import clock, settings, signing
from kernel.database import transaction
from kernel.errors import Refused
from staff import audit
from staff.access import passwords, sessions
from staff.access.models import Invitation
from staff.models import Staff

LASTS = timedelta(hours=72)
PATH = "/start/"
PURPOSES = ("invite", "reset")


class Closed(Refused):
    """Unknown, used, too old, or replaced by a newer one: all look the same."""

    def __init__(self) -> None:
        super().__init__("这个链接已使用或已过期，请联系系统管理员重新获取", code="invitation.closed", status=410)


async def invite(person: Staff, purpose: str, by: Staff | None) -> str:
    """The one-time address for this person; shown once, earlier ones are void. purpose: invite or reset.

    by: None for the operator's command. Refused: the person left, or nobody said yes to them yet.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"unknown purpose {purpose}")
    if not person.is_active:
        raise Refused("该成员尚未获批或已离职，不能发出登录链接", code="invitation.left")
    token = secrets.token_urlsafe(32)
    now = clock.now()
    async with transaction():
        await close_all(person)
        made = await Invitation.create(
            staff_id=person.id,
            token_hash=signing.token_hash(token),
            purpose=purpose,
            made_by_id=by.id if by is not None else None,
            expires_at=now + LASTS,
        )
        await audit.record(by, "staff.link_made", "staff", person.id, purpose=purpose, link=made.id)
    return f"{settings.get().public_url}{PATH}{token}"


async def whose(token: str) -> Staff:
    """The person of an open link; looking at it changes nothing. Closed otherwise."""
    found = await Invitation.get_or_none(token_hash=signing.token_hash(token), used_at=None).select_related("staff")
    if found is None or found.expires_at <= clock.now() or not found.staff.is_active:
        raise Closed
    person: Staff = found.staff
    return person


async def accept(token: str, password: str) -> Staff:
    """Use the link up: the password is set and the person is signed out everywhere. Refused: Closed, or too weak."""
    person = await whose(token)
    passwords.refuse_weak(person, password)
    # the slow hash first: twenty presses at once must not hold twenty transactions open
    stored = await passwords.hashed(password)
    now = clock.now()
    async with transaction():
        open_still = Invitation.filter(token_hash=signing.token_hash(token), used_at=None, expires_at__gt=now)
        if not await open_still.update(used_at=now):
            raise Closed
        await passwords.keep(person, stored)
        await Staff.filter(id=person.id).update(failed_sign_ins=0, next_sign_in_at=None)
        await sessions.end_all(person)
        await audit.record(person, "staff.link_used", "staff", person.id)
    return person


async def close_all(person: Staff) -> int:
    """Open links of a person are void from now on: a newer one was made, the password changed, or they left."""
    now = clock.now()
    return await Invitation.filter(staff_id=person.id, used_at=None, expires_at__gt=now).update(expires_at=now)
