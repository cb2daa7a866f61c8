"""Passwords: what is too easy is refused with a sentence that helps; checks go through one narrow gate."""

from __future__ import annotations

import asyncio
import resource
import statistics
import time

import pytest

from kernel import clock
from kernel.errors import Refused
from staff import sign_in
from staff.access import passwords
from staff.access.models import AddressPause
from staff.models import Staff
from tests import casting


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "12 至 128"),
        ("x" * 129, "12 至 128"),
        ("i am zhoumin 2026!", "用户名或姓名"),
        ("我的名字是周敏呀请记住它", "用户名或姓名"),
        ("passwordpassword", "重复"),
        ("qwertyuiopasdf", "常见的密码"),
        ("abcabcabcabcabc", "可以用几个不相干的词"),
        ("aaaaaaaaaaaaaaa", "重复"),
        ("123456789012345", "常见的密码"),
        ("海岳银行海岳银行", "12 至 128"),
    ],
)
async def test_an_easy_password_is_refused_with_the_reason(zhou, password, words):
    with pytest.raises(Refused) as refusal:
        await passwords.set_password(zhou, password)
    assert words in refusal.value.message


@pytest.mark.parametrize("password", ["sieben graue Kraniche 77", "abcd-7xkq-m2np", "山高月小水落石出清风徐来"])
async def test_a_good_password_is_kept_as_argon2id_with_64_mib(zhou, password):
    await passwords.set_password(zhou, password)
    kept = (await Staff.get(id=zhou.id)).password_hash
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert await passwords.matches(kept, password)
    assert not await passwords.matches(kept, password + "x")
    assert not await passwords.matches("", password)


async def test_a_hash_of_older_parameters_is_renewed_at_sign_in(zhou):
    import argon2

    older = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(casting.PASSWORD)
    await Staff.filter(id=zhou.id).update(password_hash=older)
    await sign_in.check("zhoumin", casting.PASSWORD)
    assert not passwords.is_outdated((await Staff.get(id=zhou.id)).password_hash)


async def _memory_of(count: int, stored: str) -> float:
    await passwords.matches(stored, "warm")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = await asyncio.gather(*(passwords.matches(stored, f"wrong {n}") for n in range(count)))
    assert not any(told)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


async def test_eight_sign_ins_at_once_take_the_memory_of_two(zhou):
    assert await _memory_of(8, zhou.password_hash) < 64 * (passwords.AT_ONCE + 1)


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_fifty_sign_ins_at_once_take_the_memory_of_two(zhou, capsys):
    grown = await _memory_of(50, zhou.password_hash)
    with capsys.disabled():
        print(f"\nfifty sign-ins at once: {grown:.0f} MiB more")
    assert grown < 64 * (passwords.AT_ONCE + 1)


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_time_does_not_tell_whether_a_login_exists(zhou, capsys):
    """Known and unknown logins take turns, so that what else this machine does hits both alike."""
    took: dict[str, list[float]] = {"zhoumin": [], "nobody": []}
    await sign_in.check("zhoumin", casting.PASSWORD)
    for number in range(100):
        for login in sorted(took, reverse=bool(number % 2)):
            # neither account nor address rests: the way is measured that a guesser would measure
            await Staff.all().update(failed_sign_ins=0, next_sign_in_at=None)
            await AddressPause.all().delete()
            begun = time.perf_counter()
            with pytest.raises(sign_in.WrongSignIn):
                await sign_in.check(login, f"wrong {number}", "203.0.113.9")
            took[login].append(time.perf_counter() - begun)
    known, unknown = (statistics.median(took[login]) for login in ("zhoumin", "nobody"))
    apart = abs(known - unknown) / known
    with capsys.disabled():
        told = f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms, {apart:.2%} apart"
        print(f"\nsign-in p50 of 100 tries each: {told} ({clock.today()})")
    assert apart < 0.05
