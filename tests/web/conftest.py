"""The web under test: the application with its doors and middleware, and one member of staff per role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from kernel import settings
from staff import sign_in
from staff.models import ROLES, Branch, Staff
from tests.browsing import Browser
from web import routes, shell
from webhooks import letters

PASSWORD = "a long enough pass phrase"


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
    app = Starlette(
        routes=routes.routes(), middleware=shell.middleware(), exception_handlers=shell.exception_handlers()
    )
    app.state.callbacks = letters
    return app


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    """One person per role, all of one branch, with PASSWORD; the login is the role."""
    branch = await Branch.create(code="SZ01", name="深圳分行")
    made = {}
    for role in ROLES:
        person = await Staff.create(login=role, name=f"测试{role}", role=role, branch=branch, wecom_userid=role)
        await sign_in.set_password(person, PASSWORD)
        made[role] = person
    return made


@pytest.fixture
def signed_in(web_app: Starlette, people: dict[str, Staff]) -> Callable[[str], Awaitable[Browser]]:
    """`await signed_in("marketing")`: a browser in which that person has signed in."""

    async def browser_of(role: str) -> Browser:
        browser = Browser(web_app)
        answer = await browser.sign_in(role, PASSWORD)
        assert answer.status == 303
        return browser

    return browser_of
