"""The first minutes of a newcomer: sign in, look around, and a client who is greeted at once."""

from __future__ import annotations

import time

import pytest

from tests.flows.instances import Instance
from tests.flows.visiting import Visitor
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("role", ["marketing", "director", "branch_head", "reviewer", "administrator"])
async def test_every_role_signs_in_and_sees_a_first_page(instance: Instance, role: str):
    async with Visitor(instance.web) as person:
        page = await person.sign_in(*instance.sign_in_of(instance.run.login(role)))
        assert (page.status, "/login" in page.url) == (200, False)
        assert page.form("/logout")


async def test_a_new_contact_is_greeted_within_three_seconds(instance: Instance):
    # the first contact also pays for the first token and connections
    for seconds in (30.0, 3.0):
        before = await _greeted(instance)
        began = time.monotonic()
        await instance.sandbox.act("client.add", userid="chen.xi", name="新客户")

        async def greeted(count: int = before + 1) -> bool:
            return await _greeted(instance) >= count

        await until(greeted, every=0.02)
        assert time.monotonic() - began < seconds


async def _greeted(instance: Instance) -> int:
    return int((await instance.sandbox.reached(kind="welcome"))["total"])
