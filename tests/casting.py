"""The standing cast of the web's tests: the application, and one member of staff per role."""

from __future__ import annotations

from starlette.applications import Starlette

from staff import people, sign_in
from staff.models import ROLES, Branch, Staff
from web import routes, shell
from webhooks import letters

HEAD_OFFICE = ("administrator", "auditor")
PASSWORD = "a long enough pass phrase"


def application() -> Starlette:
    """The pages with their middleware, as processes.web assembles them."""
    app = Starlette(
        routes=routes.routes(), middleware=shell.middleware(), exception_handlers=shell.exception_handlers()
    )
    app.state.callbacks = letters
    return app


async def people_of_every_role() -> dict[str, Staff]:
    """One person per role with PASSWORD; the login is the role.

    They work in one branch and see it (the director: the own clients), administrator and auditor in head office.
    """
    branch = await Branch.create(code="SZ01", name="深圳分行")
    made = {}
    for role in ROLES:
        place = None if role in HEAD_OFFICE else branch
        person = await Staff.create(
            login=role,
            name=f"测试{role}",
            role=role,
            branch=place,
            reach=people.usual_reach(role, place),
            wecom_userid=role,
        )
        await sign_in.set_password(person, PASSWORD)
        made[role] = person
    return made
