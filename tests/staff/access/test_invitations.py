"""One-time links: good once, for three days, and only the newest."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kernel import clock
from kernel.errors import Refused
from staff import sign_in
from staff.access import invitations, sessions
from staff.access.models import Invitation
from staff.models import AuditEntry, Session, Staff

NEW = "sieben graue Kraniche 77"


def _token(address: str) -> str:
    return address.rpartition("/")[2]


async def test_the_link_is_told_once_and_only_its_hash_is_kept(zhou, ma):
    token = _token(await invitations.invite(zhou, "invite", ma))
    assert len(token) >= 40
    assert token not in (await Invitation.get()).token_hash
    assert (await AuditEntry.get(action="staff.link_made")).staff_id == ma.id


async def test_of_twenty_who_use_it_at_once_one_sets_the_password(zhou, ma):
    token = _token(await invitations.invite(zhou, "invite", ma))
    told = await asyncio.gather(
        *(invitations.accept(token, f"{NEW} number {n}") for n in range(20)), return_exceptions=True
    )
    winners = [n for n, outcome in enumerate(told) if isinstance(outcome, Staff)]
    assert len(winners) == 1
    assert all(isinstance(one, Staff | invitations.Closed) for one in told)
    assert (await sign_in.check("zhoumin", f"{NEW} number {winners[0]}")).id == zhou.id
    assert await AuditEntry.filter(action="staff.link_used").count() == 1


async def test_looking_changes_nothing_and_a_weak_password_leaves_the_link_good(zhou, ma):
    token = _token(await invitations.invite(zhou, "reset", ma))
    for _ in range(3):
        assert (await invitations.whose(token)).id == zhou.id
    for weak in ("short", "zhoumin is my name", "周敏的密码是这个很长的", "aaaaaaaaaaaaaaaa", "passwordpassword"):
        with pytest.raises(Refused):
            await invitations.accept(token, weak)
    await invitations.accept(token, NEW)
    with pytest.raises(invitations.Closed):
        await invitations.whose(token)


async def test_a_reset_signs_the_person_out_and_ends_a_pause(zhou, ma):
    await sessions.begin(zhou, "password")
    await Staff.filter(id=zhou.id).update(failed_sign_ins=9, next_sign_in_at=clock.now() + timedelta(minutes=9))
    await invitations.accept(_token(await invitations.invite(zhou, "reset", ma)), NEW)
    assert await Session.all().count() == 0
    assert (await sign_in.check("zhoumin", NEW)).id == zhou.id


async def test_old_links_replaced_links_strangers_and_leavers_links_are_closed_alike(zhou, ma):
    first = _token(await invitations.invite(zhou, "invite", ma))
    second = _token(await invitations.invite(zhou, "invite", ma))
    for token in (first, "", "x" * 43):
        with pytest.raises(invitations.Closed):
            await invitations.accept(token, NEW)
    with clock.frozen(clock.now() + invitations.LASTS), pytest.raises(invitations.Closed):
        await invitations.accept(second, NEW)
    await Staff.filter(id=zhou.id).update(is_active=False)
    with pytest.raises(invitations.Closed):
        await invitations.accept(second, NEW)
    with pytest.raises(Refused):
        await invitations.invite(await Staff.get(id=zhou.id), "invite", ma)
