"""Signing in: the password is checked, guesses are slowed, and nothing tells whether a login exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import clock
from kernel.errors import Refused
from staff import sign_in
from staff.access import pauses
from staff.models import Staff

PASSWORD = "a long enough pass phrase"


@pytest.fixture
async def zhou(db: None) -> Staff:
    person = await Staff.create(login="zhoumin", name="周敏", role="marketing")
    await sign_in.set_password(person, PASSWORD)
    return person


async def test_the_right_password_opens_and_is_kept_as_argon2id_only(zhou):
    assert (await sign_in.check(" ZhouMin ", PASSWORD)).id == zhou.id
    assert (await Staff.get(id=zhou.id)).password_hash.startswith("$argon2id$")


async def test_wrong_password_unknown_login_closed_account_and_no_password_look_the_same(zhou):
    await Staff.create(login="closed", name="某", role="director", is_active=False, password_hash=zhou.password_hash)
    await Staff.create(login="fresh", name="某", role="director")
    for login, password in [("zhoumin", "wrong"), ("nobody", PASSWORD), ("closed", PASSWORD), ("fresh", "")]:
        with pytest.raises(sign_in.WrongSignIn) as refusal:
            await sign_in.check(login, password)
        assert refusal.value.message == sign_in.WrongSignIn().message


async def test_after_five_wrong_tries_even_the_right_password_waits_and_the_pause_grows(zhou):
    for _ in range(pauses.ACCOUNT.free):
        with pytest.raises(sign_in.WrongSignIn):
            await sign_in.check("zhoumin", "wrong")
    with pytest.raises(sign_in.WrongSignIn):
        await sign_in.check("zhoumin", PASSWORD)
    first = (await Staff.get(id=zhou.id)).next_sign_in_at
    assert first is not None
    with clock.frozen(later := clock.now() + timedelta(seconds=5)):
        with pytest.raises(sign_in.WrongSignIn):
            await sign_in.check("zhoumin", "wrong")
        with pytest.raises(sign_in.WrongSignIn):
            await sign_in.check("zhoumin", PASSWORD)
        second = (await Staff.get(id=zhou.id)).next_sign_in_at
        assert second is not None
        assert second - later > first - later
    with clock.frozen(clock.now() + pauses.ACCOUNT.longest + timedelta(minutes=1)):
        await sign_in.check("zhoumin", PASSWORD)
    assert (await Staff.get(id=zhou.id)).failed_sign_ins == 0


@pytest.mark.parametrize("password", ["short", "x" * 129, "my zhoumin password"])
async def test_a_weak_password_is_refused(zhou, password):
    with pytest.raises(Refused):
        await sign_in.set_password(zhou, password)


async def test_a_resting_account_pauses_the_address_as_an_unknown_login_does(zhou):
    rests_until = clock.now() + timedelta(hours=1)
    await Staff.filter(id=zhou.id).update(failed_sign_ins=pauses.ACCOUNT.free, next_sign_in_at=rests_until)
    for login, address in (("zhoumin", "198.51.100.1"), ("nobody", "198.51.100.2")):
        for _ in range(pauses.ADDRESS.free - 1):
            await pauses.count_failure(f"address|{address}", pauses.ADDRESS)
        with pytest.raises(sign_in.WrongSignIn):
            await sign_in.check(login, PASSWORD, address)
        # or the address would be paused over unknown logins only, and that would tell which are known
        assert await pauses.is_paused(f"address|{address}"), login
    # whoever knocks does not make it rest longer
    kept = await Staff.get(id=zhou.id)
    assert (kept.failed_sign_ins, kept.next_sign_in_at) == (pauses.ACCOUNT.free, rests_until)
