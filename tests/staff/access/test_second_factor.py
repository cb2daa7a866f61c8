"""Codes of the phone: good once, for a minute and a half at most, and never for another person."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kernel import clock, sealing
from kernel.errors import Refused
from staff.access import recovery, second_factor, sessions
from staff.models import AuditEntry, Session, Staff
from tests import phones

STEP = timedelta(seconds=second_factor.SECONDS_A_STEP)


async def test_a_secret_is_in_use_only_after_its_first_code_and_kept_sealed(zhou):
    draft = second_factor.begin(zhou)
    phone = phones.Phone(draft.letters)
    assert not second_factor.is_set_up(await Staff.get(id=zhou.id))
    with pytest.raises(Refused) as refusal:
        await second_factor.confirm(zhou, draft.sealed, "000000")
    assert refusal.value.code == "second_factor.wrong"
    await second_factor.confirm(zhou, draft.sealed, phone.code())
    kept = await Staff.get(id=zhou.id)
    assert second_factor.is_set_up(kept)
    secret = draft.letters.replace(" ", "")
    assert secret.encode() not in bytes(kept.totp_sealed)
    assert sealing.unseal(kept.totp_sealed, table="staff", column="totp", row=zhou.id) == secret
    assert await AuditEntry.filter(action="second_factor.set_up").count() == 1


async def test_the_picture_is_an_inline_drawing_that_any_size_shows_whole(zhou):
    picture = second_factor.begin(zhou).picture
    assert "viewBox=" in picture
    assert "width=" not in picture.partition(">")[0]
    assert picture.startswith("<svg")
    assert "style=" not in picture


async def test_a_draft_serves_nobody_else_and_not_for_long(zhou, ma):
    draft = second_factor.begin(zhou)
    phone = phones.Phone(draft.letters)
    for who, when in ((ma, clock.now()), (zhou, clock.now() + timedelta(minutes=16))):
        with clock.frozen(when), pytest.raises(Refused) as refusal:
            await second_factor.confirm(who, draft.sealed, phone.code())
        assert refusal.value.code == "second_factor.stale"
    with pytest.raises(Refused):
        await second_factor.confirm(zhou, "not base64 at all", phone.code())


async def test_a_code_is_good_once_also_for_two_who_use_it_at_the_same_moment(zhou):
    phone = await phones.set_up(zhou)
    assert not await second_factor.verify(zhou, phone.code())
    with clock.frozen(clock.now() + 2 * STEP):
        code = phone.code()
        told = await asyncio.gather(*(second_factor.verify(zhou, code) for _ in range(20)))
        assert sum(told) == 1
        assert not await second_factor.verify(zhou, code)


async def test_no_code_is_ever_taken_twice_over_an_hour_of_use_in_parallel(zhou):
    phone = await phones.set_up(zhou)
    start = clock.now() + 2 * STEP
    for number in range(0, 120, 2):
        with clock.frozen(start + number * STEP):
            code = phone.code()
            told = await asyncio.gather(*(second_factor.verify(zhou, code) for _ in range(4)))
        assert sum(told) == 1, number


async def test_the_code_before_and_the_one_after_are_good_others_are_not(zhou):
    phone = await phones.set_up(zhou)
    now = clock.now() + 10 * STEP
    for aside, is_good in ((-2, False), (2, False), (-1, True), (1, True)):
        await Staff.filter(id=zhou.id).update(totp_last_step=0)
        with clock.frozen(now):
            assert await second_factor.verify(zhou, phone.code(now + aside * STEP)) is is_good, aside


async def test_after_a_later_code_an_earlier_one_is_worth_nothing(zhou):
    phone = await phones.set_up(zhou)
    now = clock.now() + 10 * STEP
    with clock.frozen(now):
        assert await second_factor.verify(zhou, phone.code(now + STEP))
        assert not await second_factor.verify(zhou, phone.code(now))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6])
async def test_what_is_no_code_is_not_right(zhou, code):
    await phones.set_up(zhou)
    assert not await second_factor.verify(zhou, code)


async def test_an_administrator_resets_a_lost_one_and_the_person_is_signed_out(zhou, ma):
    await phones.set_up(zhou)
    await recovery.renew(zhou)
    await sessions.begin(zhou, "password")
    await second_factor.reset(zhou, by=ma)
    assert not second_factor.is_set_up(await Staff.get(id=zhou.id))
    assert await recovery.remaining(zhou) == 0
    assert await Session.filter(staff_id=zhou.id).count() == 0
    assert (await AuditEntry.get(action="second_factor.reset")).staff_id == ma.id
    with pytest.raises(Refused):
        await second_factor.reset(ma, by=ma)


async def test_it_can_be_given_up_only_where_it_is_not_required(zhou, monkeypatch):
    from kernel import settings

    await phones.set_up(zhou)
    monkeypatch.setenv("HUILIU_SECOND_FACTOR", "required")
    settings.forget()
    with pytest.raises(Refused) as refusal:
        await second_factor.remove(zhou, by=zhou)
    assert refusal.value.code == "second_factor.required"
    monkeypatch.undo()
    settings.forget()
    await second_factor.remove(zhou, by=zhou)
    assert not second_factor.is_set_up(await Staff.get(id=zhou.id))
