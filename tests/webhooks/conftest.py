"""What tests of the callbacks need beside the common fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.webhooks.calling import Caller


@pytest.fixture
async def wechat(db: None) -> AsyncIterator[Caller]:
    """WeChat's side of the line, and our intake at the other end."""
    caller = Caller()
    yield caller
    await caller.intake.commits.drain()
