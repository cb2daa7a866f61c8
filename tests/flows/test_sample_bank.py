"""The sample bank is as large and as far along as the first page of the README says; its people begin to act later."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.flows import instances
from tests.flows.instances import Instance

pytestmark = pytest.mark.prove

FINISHED = "SELECT count(*) FROM campaign WHERE state = 'finished' AND kind = 'message'"
REACHED_CONTROL = """
SELECT count(*) FROM delivery d JOIN send s ON s.campaign_id = d.campaign_id AND s.client_id = d.client_id
WHERE d.arm = 'control' AND s.state NOT IN ('skipped', 'failed')
"""
ANSWERS = "SELECT count(DISTINCT state) FROM invitation WHERE state IN ('accepted', 'declined', 'opened', 'invited')"
YEAR = "SELECT max(day) - min(day) FROM client_day d JOIN account a ON a.client_id = d.client_id AND a.bank = 'haiyue'"


@pytest.fixture(scope="module")
async def bank() -> AsyncIterator[Instance]:
    async with instances.started("--seed") as one:
        yield one


@pytest.mark.parametrize(
    ("sql", "least"),
    [
        ("SELECT count(*) FROM branch", 3),
        ("SELECT count(*) FROM staff", 12),
        ("SELECT count(*) FROM staff WHERE in_committee AND role = 'reviewer' AND reach = 'bank'", 2),
        ("SELECT count(*) FROM client WHERE merged_into_id IS NULL", 2000),
        ("SELECT count(*) FROM client_group WHERE status = 'active'", 40),
        (FINISHED, 2),
        ("SELECT count(*) FROM campaign WHERE state = 'submitted'", 1),
        ("SELECT count(*) FROM event", 1),
        (ANSWERS, 2),
        ("SELECT count(*) FROM livestream WHERE livingid IS NOT NULL AND starts_at > now()", 1),
        (YEAR, 360),
        ("SELECT count(*) FROM account WHERE bank = 'berka'", 30),
        ("SELECT count(*) FROM approval WHERE state = 'approved' AND decided_by_id <> asked_by_id", 4),
    ],
)
async def test_the_bank_holds_at_least(bank: Instance, sql: str, least: int) -> None:
    assert await bank.value(sql) >= least


async def test_no_control_client_was_reached_and_nothing_hangs(bank: Instance) -> None:
    assert await bank.value(REACHED_CONTROL) == 0
    assert await bank.value("SELECT count(*) FROM send WHERE state = 'unknown'") == 0
    assert await bank.value("SELECT count(*) FROM callback WHERE state IN ('failed', 'dead')") == 0
    assert bank.errors() == []
