"""Another way into somebody's account: for people who see or decide much, only by the word of a second person.

Whoever could reset a colleague's second factor and hand out a link on one's own could act as that colleague.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.access import invitations, second_factor
from staff.models import Approval, AuditEntry, Staff

SUBJECT = "sign_in_reset"
MANAGE = "people.manage"
WHAT = {"link": "一次性登录链接（重设密码）", "factor": "重置动态码并退出全部登录"}
LINK_WITHIN = timedelta(hours=24)
"""For so long after the yes the link may be made, by who asked for it, once."""
LABELS = ("成员", "用户名", "角色", "内容", "请先核实", "确由本人提出；获得链接者可以本人身份登录")
_STRONG = ("clients.reveal", MANAGE)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('staff.sign_in_reset', $1::bigint))"


def is_strong(person: Staff) -> bool:
    """Whether acting as this person opens clients' full data, decisions or people."""
    held = permissions.TABLE.get(person.role, frozenset())
    return any(one in _STRONG or one.startswith("approvals.") for one in held)


async def is_newcomer(person: Staff) -> bool:
    """Whether this person never signed in and has no password: the first link takes nobody's place."""
    if person.password_hash:
        return False
    return not await AuditEntry.filter(staff_id=person.id, action="sign_in.succeeded").exists()


async def make_link(person: Staff, by: Staff) -> str | None:
    """The one-time address; None when a second person is asked first. The yes is used up by the link."""
    permissions.require(by, MANAGE)
    purpose = "reset" if person.password_hash else "invite"
    async with database.transaction():
        await database.fetch(_LOCK, person.id)
        if is_strong(person) and not await is_newcomer(person):
            given = await waiting_link(person, by)
            if given is None:
                await _ask(person, "link", by)
                return None
            await Approval.filter(id=given.id).update(state="void")
            await audit.record(by, "approval.used", SUBJECT, person.id, approval=given.id)
        return await invitations.invite(person, purpose, by)


async def reset_factor(person: Staff, by: Staff) -> bool:
    """Take a lost second factor away; False when a second person is asked first."""
    permissions.require(by, MANAGE)
    if person.id == by.id or not is_strong(person):
        # own: refused there, with the way that is meant for it
        await second_factor.reset(person, by=by)
        return True
    async with database.transaction():
        await database.fetch(_LOCK, person.id)
        await _ask(person, "factor", by)
    return False


async def open_question(person_id: int) -> Approval | None:
    """What waits for a second person about this account."""
    asked = Approval.filter(subject=SUBJECT, subject_id=person_id, state="waiting")
    return await asked.order_by("-id").prefetch_related("asked_by").first()


async def waiting_link(person: Staff, by: Staff) -> Approval | None:
    """The fresh yes to a link that this administrator asked for and has not made yet."""
    since = clock.now() - LINK_WITHIN
    given = Approval.filter(
        subject=SUBJECT, subject_id=person.id, asked_by_id=by.id, state="approved", decided_at__gt=since
    )
    found = await given.order_by("-id").first()
    if found is None or found.content_hash != approval_kinds.hash_of(_content(person, "link")):
        return None
    return found


async def _ask(person: Staff, what: str, by: Staff) -> None:
    if person.id == by.id:
        raise Refused("不能为自己申请；改密码请到“我的账户”，或由另一位管理员操作", code="sign_in_reset.own")
    if not person.is_active:
        raise Refused("该成员尚未获批或已离职，不能发出登录链接", code="invitation.left")
    if await open_question(person.id) is not None:
        raise Refused("这位成员已有一项登录重置在等待批准", code="sign_in_reset.waiting", status=409)
    content = _content(person, what)
    summary: dict[str, Any] = {
        "title": f"{person.name}：{WHAT[what]}",
        "lines": [
            [LABELS[0], person.name],
            [LABELS[1], person.login],
            [LABELS[2], permissions.ROLE_NAMES.get(person.role, person.role)],
            [LABELS[3], WHAT[what]],
            [LABELS[4], LABELS[5]],
        ],
        "content": content,
        "branch_id": person.branch_id if person.reach != "bank" else None,
        "maker_ids": [person.id],
    }
    await approvals.ask(SUBJECT, person.id, approval_kinds.hash_of(content), summary, by)


def _content(person: Staff, what: str) -> dict[str, Any]:
    # a role or unit that changed since makes it another question
    return {"person": person.id, "what": what, "role": person.role, "reach": person.reach, "unit": person.branch_id}


async def _current_hash(person_id: int) -> str | None:
    person, asked = await Staff.get_or_none(id=person_id, is_active=True), await open_question(person_id)
    if person is None or asked is None:
        return None
    return approval_kinds.hash_of(_content(person, asked.summary["content"]["what"]))


async def _apply(asked: Approval, by: Staff) -> None:
    if asked.summary["content"]["what"] == "factor":
        person = await Staff.get_or_none(id=asked.subject_id)
        if person is None:
            raise NotFound("没有这位成员")
        await second_factor.reset(person, by=by)


async def _wait_in_line(person_id: int) -> None:
    await database.fetch(_LOCK, person_id)


approval_kinds.register(
    approval_kinds.Kind(
        subject=SUBJECT,
        label="登录重置",
        permission="approvals.decide_roles",
        content_hash=_current_hash,
        apply=_apply,
        lock=_wait_in_line,
    )
)
