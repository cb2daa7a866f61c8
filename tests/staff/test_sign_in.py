"""Signing in: the password is checked, guesses are slowed, and nothing tells whether a login exists."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from kernel import clock
from kernel.errors import Refused
from staff import sign_in
from staff.access import known_addresses, pauses
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


async def test_a_stranger_does_not_close_an_account_where_its_person_signs_in(zhou):
    await known_addresses.remember(zhou, "198.51.100.1")
    await Staff.filter(id=zhou.id).update(next_sign_in_at=clock.now() + timedelta(hours=1))
    with pytest.raises(sign_in.WrongSignIn):
        await sign_in.check("zhoumin", PASSWORD, "198.51.100.2")
    assert (await sign_in.check("zhoumin", PASSWORD, "198.51.100.1")).id == zhou.id
    # there it has a count of its own, which leaves the account's alone
    for _ in range(pauses.ACCOUNT.free):
        with pytest.raises(sign_in.WrongSignIn):
            await sign_in.check("zhoumin", "wrong", "198.51.100.1")
    with pytest.raises(sign_in.WrongSignIn):
        await sign_in.check("zhoumin", PASSWORD, "198.51.100.1")
    assert (await Staff.get(id=zhou.id)).failed_sign_ins == 0
    assert (await sign_in.check("zhoumin", PASSWORD, "198.51.100.2")).id == zhou.id
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert not await known_addresses.is_known(zhou.id, "198.51.100.1")


@pytest.mark.parametrize("place", ["known", "strange"])
async def test_a_failure_costs_the_same_statements_for_every_login(zhou, caplog, place):
    await known_addresses.remember(zhou, "known")
    made = {}
    for login in ("zhoumin", "nobody"):
        for turn in range(pauses.ACCOUNT.free + 2):
            caplog.clear()
            with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"), pytest.raises(sign_in.WrongSignIn):
                await sign_in.check(login, "wrong", place)
            made[login, turn] = [record.getMessage()[:30] for record in caplog.records]
            assert len(made[login, turn]) > 5
    for turn in range(pauses.ACCOUNT.free + 2):
        assert made["zhoumin", turn] == made["nobody", turn]
