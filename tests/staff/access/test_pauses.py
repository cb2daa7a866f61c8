"""Back-off against a tiny reference: whoever errs waits longer and longer, never for ever, and only who errs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kernel import clock
from staff import sign_in
from staff.access import pauses, proofs
from staff.access.models import AddressPause
from staff.models import Staff
from tests import casting, phones

START = datetime(2026, 11, 24, 1, tzinfo=UTC)


@given(st.integers(0, 10_000), st.sampled_from([pauses.ACCOUNT, pauses.CODES, pauses.ADDRESS]))
def test_the_wait_grows_and_never_beyond_its_longest(failures, pace):
    wait = pauses.wait_after(failures, pace)
    assert timedelta(0) <= wait <= pauses.wait_after(failures + 1, pace) <= pace.longest
    assert (wait == timedelta(0)) is (failures < pace.free)


async def test_parallel_failures_all_count_and_an_hour_of_quiet_forgets_them(db):
    with clock.frozen(START):
        await asyncio.gather(*(pauses.count_failure("address|a", pauses.ADDRESS) for _ in range(30)))
        assert (await AddressPause.get()).failures == 30
        assert await pauses.is_paused("address|a")
        assert not await pauses.is_paused("address|b")
    with clock.frozen(START + pauses.FORGOTTEN_AFTER + timedelta(minutes=1)):
        await pauses.count_failure("address|a", pauses.ADDRESS)
        assert (await AddressPause.get()).failures == 1
        assert await pauses.forget_old() == 0
    with clock.frozen(START + 3 * pauses.FORGOTTEN_AFTER):
        assert await pauses.forget_old() == 1


async def test_an_earlier_failure_that_is_written_late_lifts_no_pause(db):
    with clock.frozen(START):
        for _ in range(21):
            await pauses.count_failure("address|a", pauses.ADDRESS)
        await pauses._wait("address|a", 3, pauses.ADDRESS, START)
        assert await pauses.is_paused("address|a")


async def test_only_a_keyed_hash_of_the_address_is_kept(db):
    await pauses.count_failure("address|203.0.113.9", pauses.ADDRESS)
    assert "203" not in (await AddressPause.get()).address_hash[:3]
    assert len((await AddressPause.get()).address_hash) == 64


async def test_wrong_passwords_as_proof_count_with_wrong_codes(zhou):
    for _ in range(pauses.CODES.free):
        with pytest.raises(proofs.WrongProof):
            await proofs.give_password(zhou, "wrong")
    with pytest.raises(proofs.WrongProof):
        await proofs.give_password(zhou, casting.PASSWORD)
    phone = await phones.set_up(zhou)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert await proofs.give(zhou, phone.code()) == "totp"


class Guessing(RuleBasedStateMachine):
    """One account, two addresses, time that passes; `model` is the rule written a second time, without a database."""

    loop: asyncio.AbstractEventLoop
    quick: str

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.failures, self.until = 0, START
        self.places: dict[str, list[object]] = {}

    def run(self, work):
        with clock.frozen(self.now):
            return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    @initialize()
    def begin(self) -> None:
        async def fresh() -> None:
            await AddressPause.all().delete()
            await Staff.all().update(failed_sign_ins=0, next_sign_in_at=None, password_hash=self.quick)

        self.run(fresh())

    @rule(seconds=st.sampled_from([0, 1, 2, 5, 30, 300, 901, 8000]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(is_right=st.booleans(), is_known=st.booleans(), address=st.sampled_from(["a", "b"]))
    def knock(self, is_right: bool, is_known: bool, address: str) -> None:
        expected = self._model(is_right, is_known, address)
        login = "zhoumin" if is_known else "nobody"
        password = casting.PASSWORD if is_right else "wrong"

        async def knocked() -> bool:
            try:
                await sign_in.check(login, password, address)
            except sign_in.WrongSignIn:
                return False
            await Staff.all().update(password_hash=self.quick)
            return True

        assert self.run(knocked()) is expected

    def _model(self, is_right: bool, is_known: bool, address: str) -> bool:
        failures, last, until = self.places.get(address, [0, START, START])
        if until > self.now:
            return False
        if is_known and self.until > self.now:
            return False
        if is_known and is_right:
            self.failures = 0
            return True
        failures = 1 if self.now - last > timedelta(hours=2) else failures + 1
        wait = timedelta(0) if failures < 20 else min(timedelta(seconds=2 ** (failures - 19)), timedelta(minutes=5))
        self.places[address] = [failures, self.now, self.now + wait if wait else until]
        if is_known:
            self.failures += 1
            if self.failures >= 5:
                pause = timedelta(seconds=2 ** min(self.failures - 4, 12))
                self.until = self.now + min(pause, timedelta(minutes=15))
        return False

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        longest = max([self.until, *(place[2] for place in self.places.values())], default=self.now)
        assert longest - self.now <= timedelta(minutes=15)


async def _follow_the_rule(zhou: Staff, examples: int) -> None:
    # argon2 reads its parameters from the kept hash: a quick one makes wrong tries quick without touching the code
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(casting.PASSWORD)
    machine = type("Machine", (Guessing,), {"loop": asyncio.get_running_loop(), "quick": quick})
    wanted = settings(max_examples=examples, stateful_step_count=40, deadline=None, database=None)
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=wanted)


async def test_signing_in_follows_the_written_rule_step_by_step(zhou):
    await _follow_the_rule(zhou, 2)


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(900)
async def test_signing_in_follows_the_written_rule_over_thousands_of_steps(zhou):
    await _follow_the_rule(zhou, 100)
