"""The standing cast of the web's tests: the application, and one member of staff per role."""

from __future__ import annotations

from starlette.applications import Starlette

from staff import people
from staff.access import passwords, sessions
from staff.models import ROLES, Branch, Session, Staff
from tests.browsing import Browser
from web import routes, session, shell
from webhooks import letters

HEAD_OFFICE = ("administrator", "auditor")
PASSWORD = "a long enough pass phrase"
_hashes: list[str] = []


def application() -> Starlette:
    """The pages with their middleware, as processes.web assembles them."""
    app = Starlette(
        routes=routes.routes(), middleware=shell.middleware(), exception_handlers=shell.exception_handlers()
    )
    app.state.callbacks = letters
    return app


async def password_hash() -> str:
    """PASSWORD as it is kept; made once, because a real hash is slow by design."""
    if not _hashes:
        _hashes.append(await passwords.hashed(PASSWORD))
    return _hashes[0]


async def other_hash() -> str:
    """A password that was changed since, as it is kept."""
    return await passwords.hashed("another " + PASSWORD)


async def open_session(browser: Browser, person: Staff, *, has_second_factor: bool = False) -> Session:
    """Sign a person in without the form: as quick as the hash is slow. Tests of signing in use the form."""
    made, token = await sessions.begin(person, "password", address="127.0.0.1", has_second_factor=has_second_factor)
    browser.cookies[session.cookie_name()] = token
    browser.token = made.csrf
    return made


async def people_of_every_role() -> dict[str, Staff]:
    """One person per role with PASSWORD; the login is the role.

    They work in one branch and see it (the director: the own clients), administrator and auditor in head office.
    """
    branch = await Branch.create(code="SZ01", name="深圳分行")
    made = {}
    stored = await password_hash()
    for role in ROLES:
        place = None if role in HEAD_OFFICE else branch
        person = await Staff.create(
            login=role,
            name=f"测试{role}",
            role=role,
            branch=place,
            reach=people.usual_reach(role, place),
            wecom_userid=role,
            password_hash=stored,
        )
        made[role] = person
    return made
