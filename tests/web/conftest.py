"""The web under test: the application with its doors and middleware, and one member of staff per role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from kernel import settings
from staff.models import Staff
from tests import casting
from tests.browsing import Browser


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Uploads of a test lie in the test's own folder."""
    monkeypatch.setenv("HUILIU_DATA_DIR", str(tmp_path / "data"))
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


@pytest.fixture(scope="session")
def web_app() -> Starlette:
    return casting.application()


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    """One person per role, all of one branch; the login is the role."""
    return await casting.people_of_every_role()


@pytest.fixture
def signed_in(web_app: Starlette, people: dict[str, Staff]) -> Callable[[str], Awaitable[Browser]]:
    """`await signed_in("marketing")`: a browser in which that person has signed in."""

    async def browser_of(role: str) -> Browser:
        browser = Browser(web_app)
        await casting.open_session(browser, people[role])
        return browser

    return browser_of


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No rate limits: for tests that try every door again and again."""
    monkeypatch.setenv("HUILIU_RATE_FACTOR", "0")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()
