"""Passwords: strong enough to keep, kept as argon2id, and never more than a few checks at once."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2
from zxcvbn import zxcvbn

from kernel import settings
from kernel.errors import Refused
from staff.models import Staff

Result = TypeVar("Result")
SHORTEST = 12
LONGEST = 128
STRONG = 3
"""zxcvbn's score from 0 to 4; 3: safe against guessing slowly hashed passwords offline."""
AT_ONCE = 2
"""Checks side by side, of 64 MiB and one core each: when fifty people sign in at once, they wait a moment instead."""
_ADVICE = {
    "This is a top-10 common password.": "这是最常见的密码之一",
    "This is a top-100 common password.": "这是很常见的密码",
    "This is a very common password.": "这是很常见的密码",
    "This is similar to a commonly used password.": "这和常见的密码太像",
    "A word by itself is easy to guess.": "单独一个词很容易猜到",
    "Names and surnames by themselves are easy to guess.": "单独的姓名很容易猜到",
    "Common names and surnames are easy to guess.": "常见的姓名很容易猜到",
    "Straight rows of keys are easy to guess.": "键盘上连续的按键很容易猜到",
    "Short keyboard patterns are easy to guess.": "键盘上的规律很容易猜到",
    'Repeats like "aaa" are easy to guess.': "重复的字符很容易猜到",
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': "重复同一段并不会更难猜",
    'Sequences like "abc" or "6543" are easy to guess.': "abc、6543 这样的顺序很容易猜到",
    "Recent years are easy to guess.": "近年的年份很容易猜到",
    "Dates are often easy to guess.": "日期很容易猜到",
}


async def set_password(person: Staff, password: str) -> None:
    """Keep a new password. Refused when it is too short, too long, too easy, or holds the person's own names."""
    refuse_weak(person, password)
    await keep(person, await hashed(password))


async def keep(person: Staff, stored: str) -> None:
    """Keep a hash that was made before (slow work stays outside a transaction)."""
    person.password_hash = stored
    await Staff.filter(id=person.id).update(password_hash=stored)


def refuse_weak(person: Staff, password: str) -> None:
    """Refused (with a sentence that helps) when others could guess the password."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"密码需要 {SHORTEST} 至 {LONGEST} 个字符", code="password.length")
    own = [person.login, person.name, settings.get().bank_name, "huiliu", "回流"]
    lowered = password.lower()
    if person.login.lower() in lowered or (len(person.name) > 1 and person.name.lower() in lowered):
        raise Refused("密码不能包含用户名或姓名", code="password.contains_login")
    judged = zxcvbn(password[:72], user_inputs=own)
    if judged["score"] < STRONG:
        reason = _ADVICE.get(judged["feedback"]["warning"], "这个密码容易被猜到")
        raise Refused(f"{reason}。可以用几个不相干的词连起来，例如一句只有您知道的话", code="password.weak")


async def matches(stored: str, password: str) -> bool:
    """Whether the password is right; an empty `stored` takes the same time and is never right."""
    try:
        return await _aside(_hasher().verify, stored or _nobody(), password[:LONGEST]) and bool(stored)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


async def hashed(password: str) -> str:
    """The password as it is kept."""
    return await _aside(_hasher().hash, password)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(stored)


async def _aside(work: Callable[..., Result], *arguments: str) -> Result:
    # off the event loop, and through one narrow gate per process: see AT_ONCE
    return await asyncio.get_running_loop().run_in_executor(_gate(), work, *arguments)


@functools.lru_cache(maxsize=1)
def _gate() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")


@functools.lru_cache(maxsize=1)
def _hasher() -> argon2.PasswordHasher:
    # RFC 9106, second recommended option (64 MiB, three passes) in one lane: about 180 ms here
    return argon2.PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


@functools.lru_cache(maxsize=1)
def _nobody() -> str:
    # a real hash of nobody's password, so that an unknown login costs the same time
    return _hasher().hash("nobody has this password")
