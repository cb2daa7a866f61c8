"""Filling an empty demo, step by step, with progress on the console; a second call finds it filled and does nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from kernel import settings
from processes.demo import cast
from staff import people
from staff.models import Staff
from wechat.sandbox.client import Sandbox

Step = tuple[str, Callable[[], Awaitable[object]]]


async def seed(*, staff_only: bool = False) -> None:
    """Make what is missing."""
    steps = STAFF_STEPS if staff_only else (*STAFF_STEPS, *BANK_STEPS)
    for text, work in steps:
        began = time.monotonic()
        print(f"huiliu: {text} ...", end="", flush=True)
        await work()
        print(f" {time.monotonic() - began:.1f} s", flush=True)


async def hire_staff() -> None:
    """Three branches and the people of the cast."""
    branches = {code: await people.open_branch(code, name) for code, name in cast.BRANCHES.items()}
    secret = settings.get().secret_key
    for person in cast.STAFF:
        if not await Staff.exists(login=person.login):
            await people.hire(
                person.login,
                person.name,
                person.role,
                branch=branches.get(person.branch),
                wecom_userid=person.login,
                password=cast.password(person, secret),
            )


async def join_wecom() -> None:
    """The same people as members of the sandbox's corp."""
    async with Sandbox(f"{settings.get().sandbox_url}/_ctl") as sandbox:
        known = {row["userid"] for row in (await sandbox.people("members")).get("members", [])}
        for person in cast.STAFF:
            if person.login not in known:
                await sandbox.act("member.join", userid=person.login, name=person.name)


STAFF_STEPS: tuple[Step, ...] = (("开设支行、录入员工", hire_staff), ("员工加入企业微信", join_wecom))
BANK_STEPS: tuple[Step, ...] = ()
