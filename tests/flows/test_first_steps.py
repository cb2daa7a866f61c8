"""The first minutes of a newcomer: sign in, look around, and a client who is greeted at once."""

from __future__ import annotations

import time

import pytest

from tests.flows.conftest import SignIn
from tests.waiting import until
from wechat.sandbox.client import Sandbox

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("role", ["marketing", "director", "branch_head", "reviewer", "administrator"])
async def test_every_role_signs_in_and_sees_a_first_page(sign_in: SignIn, role: str):
    session = await sign_in(role)
    async with session.get("/") as answer:
        assert answer.status == 200
        assert "退出" in await answer.text()


async def test_a_new_contact_is_greeted_within_three_seconds(sandbox: Sandbox):
    # the first contact also pays for the first token and connections
    await sandbox.act("client.add", userid="chen.xi", name="先来者")
    await _until_greeted(sandbox, 1)
    before = (await sandbox.reached(kind="welcome"))["total"]
    began = time.monotonic()
    await sandbox.act("client.add", userid="chen.xi", name="新客户")
    await _until_greeted(sandbox, before + 1)
    assert time.monotonic() - began < 3


async def _until_greeted(sandbox: Sandbox, count: int) -> None:
    async def greeted() -> bool:
        return bool((await sandbox.reached(kind="welcome"))["total"] >= count)

    await until(greeted)
