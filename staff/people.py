"""People who work here: hiring, another role by the word of a second person, letting go."""

from __future__ import annotations

from typing import Any

from kernel import clock, database
from kernel.database import transaction
from kernel.errors import Forbidden, NotFound, Refused
from staff import approval_kinds, approvals, audit, delegations, organisation, permissions, scope
from staff.access import invitations, passwords, sessions
from staff.models import REACHES, ROLES, Approval, Branch, Staff

MANAGE = "people.manage"
SUBJECT = "staff_role"

# whoever decides about people does it one after the other: two administrators can't put each other out at once
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('staff.people', 0))"


async def hire(
    login: str,
    name: str,
    role: str,
    *,
    branch: Branch | None = None,
    reach: str = "",
    wecom_userid: str | None = None,
    password: str = "",
    is_active: bool = True,
    by: Staff | None = None,
) -> Staff:
    """A new member of staff who can sign in with `password` (none: not yet); reach: as the role usually has it.

    Refused: login taken, unknown role or reach, a branch head without a branch, a closed unit.
    """
    login, name = login.strip().lower(), name.strip()
    if not login or not name:
        raise Refused("请填写用户名和姓名", code="people.words")
    reach = reach or usual_reach(role, branch)
    _check_standing(role, reach, branch.id if branch is not None else None)
    async with transaction():
        if branch is not None:
            await organisation.hold_open(branch.id)
        if await Staff.exists(login=login):
            raise Refused("这个用户名已被使用", code="people.login_taken")
        if wecom_userid and await Staff.exists(wecom_userid=wecom_userid):
            raise Refused("这个企业微信账号已属于另一位成员", code="people.wecom_taken")
        person = await Staff.create(
            login=login,
            name=name,
            role=role,
            branch=branch,
            reach=reach,
            wecom_userid=wecom_userid or None,
            is_active=is_active,
        )
        if password:
            await passwords.set_password(person, password)
        await audit.record(by, "staff.hired", "staff", person.id, role=role, reach=reach, unit=person.branch_id)
    return person


async def admit(
    login: str, name: str, role: str, reach: str, branch_id: int | None, *, wecom_userid: str = "", by: Staff
) -> Staff:
    """An administrator's hire: the person may do nothing until a second person said yes to role and reach."""
    permissions.require(by, MANAGE)
    async with transaction():
        branch = await Branch.get_or_none(id=branch_id) if branch_id is not None else None
        if branch_id is not None and branch is None:
            raise Refused("这个机构不存在或已撤销", code="organisation.closed")
        person = await hire(
            login, name, role, branch=branch, reach=reach, wecom_userid=wecom_userid, is_active=False, by=by
        )
        await change_role(person.id, role, reach, branch_id, False, by)
    return person


async def change_role(
    person_id: int, role: str, reach: str, branch_id: int | None, in_committee: bool, by: Staff
) -> Approval:
    """Ask for another person's yes to a role, reach and unit; until then nothing changes. Brings a leaver back, too.

    Refused: for oneself, nothing would change, the last administrator, a combination that can't be.
    """
    permissions.require(by, MANAGE)
    if person_id == by.id:
        raise Forbidden("不能调整自己的角色，请由另一位管理员提出", code="people.own_role")
    _check_standing(role, reach, branch_id)
    async with transaction():
        await database.fetch(_LOCK)
        person = await _get(person_id)
        after = _standing(role, reach, branch_id, in_committee, is_active=True)
        before = standing_of(person)
        if before == after:
            raise Refused("与现在的角色和范围相同，没有变化", code="people.same_role")
        if branch_id is not None:
            await organisation.hold_open(branch_id)
        if role != "administrator":
            await _refuse_last_administrator(person)
        content = _content(person_id, before, after)
        summary = {
            "title": f"{person.name}：{'启用账号' if not person.is_active else '调整角色与范围'}",
            "lines": [*_identity(person), *await _lines(before, after)],
            "content": content,
            # what stays in one unit is decided there too; what reaches further is head office's to decide
            "branch_id": branch_id if branch_id == person.branch_id and reach != "bank" else None,
            "maker_ids": [person_id],
        }
        return await approvals.ask(SUBJECT, person_id, approval_kinds.hash_of(content), summary, by)


async def let_go(person_id: int, by: Staff | None) -> Staff:
    """End a person's work here at once: no sign-in, no sessions, no delegations, no open questions of theirs.

    by: None when WeCom says that the person left. What they wrote stays theirs; their clients are handed over by
    whoever calls. Refused: oneself, the last administrator. NotFound: none, or gone already.
    """
    if by is not None:
        permissions.require(by, MANAGE)
        if by.id == person_id:
            raise Forbidden("不能停用自己的账号，请由另一位管理员操作", code="people.own_departure")
    async with transaction():
        await database.fetch(_LOCK)
        person = await _get(person_id)
        if person.left_at is not None:
            raise NotFound("这位成员已经离职")
        if by is not None:
            await _refuse_last_administrator(person)
        asked = await approvals.withdraw_all_of(person, by)
        await approvals.void(SUBJECT, person.id, "成员已离职")
        person.is_active, person.left_at = False, clock.now()
        await person.save(update_fields=["is_active", "left_at"])
        ended = await sessions.end_all(person)
        await invitations.close_all(person)
        delegated = await delegations.end_all(person, by)
        facts = {"sessions": ended, "delegations": delegated, "withdrawn": asked}
        await audit.record(by, "staff.let_go", "staff", person.id, **facts)
    return person


async def end_sessions(person_id: int, by: Staff) -> int:
    """Sign a person out everywhere; returns how many sessions ended."""
    permissions.require(by, MANAGE)
    async with transaction():
        ended = await sessions.end_all(await _get(person_id))
        await audit.record(by, "session.all_ended", "staff", person_id, sessions=ended)
    return ended


async def visible(person_id: int, seen_by: Staff) -> Staff:
    """A person with the unit they work in. NotFound: none, or outside the reader's scope."""
    own = scope.staff(seen_by, first=2)
    # the condition is scope's own text
    sql = f"SELECT s.id FROM staff s WHERE s.id = $1 AND {own.sql}"  # noqa: S608
    if not await database.fetch(sql, person_id, *own.arguments):
        raise NotFound("没有这位成员")
    return await Staff.get(id=person_id).select_related("branch")


def usual_reach(role: str, branch: Branch | None) -> str:
    """How far a role usually sees: a director the own clients, others their unit, head office the whole bank."""
    if role == "director":
        return "own"
    return branch.kind if branch is not None else "bank"


def standing_of(person: Staff) -> dict[str, Any]:
    """What a second person's word is about: role, reach, unit, committee, and whether the person works here."""
    return _standing(person.role, person.reach, person.branch_id, person.in_committee, is_active=person.is_active)


async def waiting_change(person_id: int) -> Approval | None:
    """The open question about a person's role, with who asked it."""
    asked = Approval.filter(subject=SUBJECT, subject_id=person_id, state="waiting")
    return await asked.order_by("-id").prefetch_related("asked_by").first()


def _standing(role: str, reach: str, branch_id: int | None, in_committee: bool, *, is_active: bool) -> dict[str, Any]:
    return {"role": role, "reach": reach, "unit": branch_id, "committee": in_committee, "active": is_active}


def _content(person_id: int, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"person": person_id, "before": before, "after": after}


def _check_standing(role: str, reach: str, branch_id: int | None) -> None:
    if role not in ROLES:
        raise Refused("没有这个角色", code="people.unknown_role")
    if reach not in REACHES:
        raise Refused("没有这个查看范围", code="people.unknown_reach")
    if role == "branch_head" and branch_id is None:
        raise Refused("分行负责人必须属于一个分行", code="people.no_branch")
    if reach not in ("own", "bank") and branch_id is None:
        raise Refused("这个查看范围需要先选择所属机构", code="people.reach_without_unit")


async def _get(person_id: int) -> Staff:
    person = await Staff.get_or_none(id=person_id)
    if person is None:
        raise NotFound("没有这位成员")
    return person


async def _refuse_last_administrator(person: Staff) -> None:
    if person.role == "administrator" and person.is_active:
        others = Staff.filter(role="administrator", is_active=True).exclude(id=person.id)
        if not await others.exists():
            raise Refused("这是最后一位系统管理员，请先增加一位", code="people.last_administrator")


def _identity(person: Staff) -> list[list[str]]:
    """By what somebody new could sign in: whoever says yes to a newcomer says yes to that, too."""
    if person.is_active:
        return []
    return [["用户名", person.login], ["企业微信账号", person.wecom_userid or "未关联"]]


async def _lines(before: dict[str, Any], after: dict[str, Any]) -> list[list[str]]:
    """What changes, in words for the person who decides."""
    ids = [one for one in (before["unit"], after["unit"]) if one is not None]
    units = {unit.id: unit.name for unit in await Branch.filter(id__in=ids)}

    def words(standing: dict[str, Any]) -> dict[str, str]:
        return {
            "角色": permissions.ROLE_NAMES.get(standing["role"], standing["role"]),
            "查看范围": permissions.REACH_NAMES.get(standing["reach"], standing["reach"]),
            "所属机构": units.get(standing["unit"], "总行"),
            "评审委员会": "是" if standing["committee"] else "否",
            "账号": "可登录" if standing["active"] else "未启用",
        }

    was, now = words(before), words(after)
    return [[label, now[label] if was[label] == now[label] else f"{was[label]} → {now[label]}"] for label in now]


async def _current_hash(person_id: int) -> str | None:
    """Digest of what a yes would do to the person as they stand now."""
    person, asked = await Staff.get_or_none(id=person_id), await waiting_change(person_id)
    if person is None or asked is None:
        return None
    content = asked.summary["content"]
    return approval_kinds.hash_of(_content(person_id, standing_of(person), content["after"]))


async def _apply(asked: Approval, by: Staff) -> None:
    after = asked.summary["content"]["after"]
    person = await _get(asked.subject_id)
    if after["role"] != "administrator":
        await _refuse_last_administrator(person)
    if after["unit"] is not None:
        await organisation.hold_open(after["unit"])
    was = standing_of(person)
    person.role, person.reach, person.branch_id = after["role"], after["reach"], after["unit"]
    person.in_committee, person.is_active, person.left_at = after["committee"], True, None
    await person.save(update_fields=["role", "reach", "branch_id", "in_committee", "is_active", "left_at"])
    await audit.record(by, "staff.role_changed", "staff", person.id, was=was, now=after, approval=asked.id)


async def _wait_in_line(_person_id: int) -> None:
    await database.fetch(_LOCK)


approval_kinds.register(
    approval_kinds.Kind(
        subject=SUBJECT,
        label="角色与范围",
        permission="approvals.decide_roles",
        content_hash=_current_hash,
        apply=_apply,
        lock=_wait_in_line,
    )
)
