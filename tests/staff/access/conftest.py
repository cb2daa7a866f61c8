"""One person with a password, and codes as the phone would show them."""

from __future__ import annotations

import pytest

from staff.access import passwords
from staff.models import Staff
from tests import casting


@pytest.fixture
async def zhou(db: None) -> Staff:
    stored = await casting.password_hash()
    person = await Staff.create(login="zhoumin", name="周敏", role="marketing", password_hash=stored)
    assert not passwords.is_outdated(stored)
    return person


@pytest.fixture
async def ma(db: None) -> Staff:
    return await Staff.create(login="malan", name="马兰", role="administrator")
