"""Branches and the people who work in them: opening a branch, hiring, letting go."""

from __future__ import annotations

from kernel.database import transaction
from kernel.errors import Refused
from staff import audit, sign_in
from staff.models import REACHES, ROLES, Branch, Staff


async def open_branch(code: str, name: str, *, by: Staff | None = None) -> Branch:
    """The branch with this code, made when there is none."""
    async with transaction():
        branch, is_new = await Branch.get_or_create(code=code, defaults={"name": name})
        if is_new:
            await audit.record(by, "branch.opened", "branch", branch.id)
        return branch


async def hire(
    login: str,
    name: str,
    role: str,
    *,
    branch: Branch | None = None,
    reach: str = "",
    wecom_userid: str | None = None,
    password: str = "",
    by: Staff | None = None,
) -> Staff:
    """A new member of staff who can sign in with `password` (none: not yet); reach: as the role usually has it.

    Refused: login taken, unknown role or reach, a branch head without a branch.
    """
    login = login.strip().lower()
    if role not in ROLES:
        raise Refused("没有这个角色", code="people.unknown_role")
    if reach and reach not in REACHES:
        raise Refused("没有这个查看范围", code="people.unknown_reach")
    if role == "branch_head" and branch is None:
        raise Refused("分行负责人必须属于一个分行", code="people.no_branch")
    if await Staff.exists(login=login):
        raise Refused("这个用户名已被使用", code="people.login_taken")
    async with transaction():
        person = await Staff.create(
            login=login,
            name=name.strip(),
            role=role,
            branch=branch,
            reach=reach or usual_reach(role, branch),
            wecom_userid=wecom_userid,
        )
        if password:
            await sign_in.set_password(person, password)
        await audit.record(by, "staff.hired", "staff", person.id, role=role)
        return person


def usual_reach(role: str, branch: Branch | None) -> str:
    """How far a role usually sees: a director the own clients, others their unit, head office the whole bank."""
    if role == "director":
        return "own"
    return branch.kind if branch is not None else "bank"
