"""Answering a client's request: what was shown, what was put right, why not, and the erasure with its second person."""

from __future__ import annotations

import re
from typing import Any

from community.clients import correcting, timeline
from community.clients.models import Client
from community.privacy import requests, retained, tasks
from community.privacy.models import PrivacyRequest
from community.privacy.requests import PERMISSION, SUBJECT
from kernel import clock, database, sealing
from kernel.errors import Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

ERASURE = "erasure"
PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
DASHES = re.compile(r"[\s-]")
HOLD = """
UPDATE privacy_request SET state = $2 WHERE id = $1 AND state = ANY($3::text[]) RETURNING id
"""


async def finish(request_id: int, answer: str, by: Staff) -> None:
    """The client was shown what we hold, or told that it is done. Refused: decided already, no words on it."""
    request = await _open_one(request_id, by)
    if request.kind == "erase":
        raise Refused("删除请求须经另一位同事审批后执行", code="privacy.needs_approval")
    await _close(request, "done", _words(answer), by, {})


async def refuse(request_id: int, reason: str, by: Staff) -> None:
    """It can't be done, with the reason that the client reads. Refused: no reason, decided already."""
    await _close(await _open_one(request_id, by), "refused", _words(reason), by, {})


async def correct(request_id: int, name: str, phone: str, by: Staff) -> int:
    """Put name and phone right; what stood there before is kept sealed as evidence. How many fields changed."""
    request, digits = await _open_one(request_id, by), DASHES.sub("", phone).removeprefix("+86")
    if digits and not PHONE.fullmatch(digits):
        raise Refused("手机号应为 11 位大陆手机号", code="privacy.phone_malformed")
    async with database.transaction():
        changes = await correcting.correct(request.client_id, name=name.strip(), phone=digits)
        if not changes:
            raise Refused("新内容与现有内容相同，没有改动", code="privacy.unchanged")
        told = "\n".join(f"{one.label}：{one.before or '（空）'} → {one.after}" for one in changes)
        request.change_sealed = sealing.seal(told, table="privacy_request", column="change", row=request.id)
        fields = [one.label for one in changes]
        await _close(request, "done", f"已更正：{'、'.join(fields)}", by, {"corrected": fields})
    return len(changes)


async def ask_erasure(request_id: int, by: Staff) -> Approval:
    """Ask a second person to agree to the erasure. Refused: not an erasure, decided or asked already."""
    request = await _open_one(request_id, by)
    if request.kind != "erase":
        raise Refused("这不是删除请求", code="privacy.not_erasure")
    client = await Client.get(id=request.client_id)
    summary = {
        "branch_id": client.branch_id,
        "title": f"删除客户 {request.client_id} 的个人信息",
        "lines": [
            ["请求编号", str(request.id)],
            ["来源", requests.SOURCES.get(request.source, "")],
            ["答复期限", f"{clock.local(request.due_at):%Y-%m-%d}"],
            ["后果", "不可恢复：姓名、电话、账号、聊天、标识与时间线全部删除"],
            ["依法保留", "、".join(one.what.split("（")[0] for one in retained.RETAINED)],
        ],
        # whoever took the request down has had a hand in it
        "maker_ids": [request.asked_by_id] if request.asked_by_id else [],
    }
    async with database.transaction():
        await _move(request.id, "waiting", ("open",))
        content = await _content_hash(request.id)
        assert content is not None
        return await approvals.ask(ERASURE, request.id, content, summary, by, touches=[f"client:{request.client_id}"])


def _words(text: str) -> str:
    if not text.strip():
        raise Refused("请写明给客户的答复", code="privacy.answer_missing")
    return text.strip()[:500]


async def _open_one(request_id: int, by: Staff) -> PrivacyRequest:
    permissions.require(by, PERMISSION)
    request = await requests.get(request_id, by)
    if request.state != "open":
        raise Refused("这项请求已由其他同事处理，请刷新", code="privacy.decided", status=409)
    return request


async def _close(request: PrivacyRequest, state: str, answer: str, by: Staff, evidence: dict[str, Any]) -> None:
    async with database.transaction():
        await _move(request.id, state, ("open",))
        request.state, request.answer, request.evidence = state, answer, evidence
        request.handled_by_id, request.handled_at = by.id, clock.now()
        await request.save()
        await timeline.record(request.client_id, "privacy.answered", by=by, request=request.id)
        await audit.record(by, "privacy.answered", SUBJECT, request.id, kind=request.kind, state=state)


async def _move(request_id: int, state: str, before: tuple[str, ...]) -> None:
    # the condition inside the update is what makes two people at once one answer
    if not await database.fetch(HOLD, request_id, state, list(before)):
        raise Refused("这项请求已由其他同事处理，请刷新", code="privacy.decided", status=409)


async def _content_hash(request_id: int) -> str | None:
    request = await PrivacyRequest.get_or_none(id=request_id, state="waiting")
    return approval_kinds.hash_of([request.id, request.client_id, request.kind]) if request is not None else None


async def _apply(asked: Approval, by: Staff) -> None:
    # the erasure itself looks through every callback: a job after this, not inside of the approver's click
    await _move(asked.subject_id, "approved", ("waiting",))
    await database.execute("UPDATE privacy_request SET handled_by_id = $2 WHERE id = $1", asked.subject_id, by.id)
    tasks.erase_approved.later()


async def _reopen(asked: Approval, _by: Staff | None = None) -> None:
    await database.execute(HOLD, asked.subject_id, "open", ["waiting"])


approval_kinds.register(
    Kind(ERASURE, "个人信息删除", content_hash=_content_hash, apply=_apply, give_back=_reopen, lapse=_reopen)
)
