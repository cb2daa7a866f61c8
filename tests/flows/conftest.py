"""One running instance for all the flows of a test process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.flows import instances
from tests.flows.instances import Instance


@pytest.fixture(scope="session")
async def instance() -> AsyncIterator[Instance]:
    """Everything in processes of its own: web, workers, clock, PostgreSQL, Redis and the sandbox."""
    async with instances.started() as one:
        yield one
        assert one.errors() == [], "something was logged as an error during the flows"
