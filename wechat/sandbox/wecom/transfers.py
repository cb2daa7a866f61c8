"""Clients handed from one member to another: on the job or after leaving; each takes a day and may fail."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, page, post
from wechat.sandbox.corp_records import Transfer
from wechat.sandbox.corps import Corp, Member
from wechat.sandbox.wecom.scope import contact_member

A_CALL = 100
TIMES, WITHIN_S = 2, 90 * 86_400
PAGES_END = 50_000


def transfer(call: Call) -> dict[str, Any]:
    """Hand clients of a present member to another; each client has a code of its own."""
    return _ask(call, contact_member(call, call.text("handover_userid")), resigned=False)


def transfer_resigned(call: Call) -> dict[str, Any]:
    """Hand clients of a member who left to a present one; 40097 while the member is still there."""
    return _ask(call, _gone(call), resigned=True)


def show_results(call: Call) -> dict[str, Any]:
    """How the clients of this pair stand: 1 done, 2 waiting, 3 refused, 4 over limit."""
    return _results(call, contact_member(call, call.text("handover_userid")).userid, resigned=False)


def show_resigned_results(call: Call) -> dict[str, Any]:
    """The same after leaving."""
    return _results(call, _gone(call).userid, resigned=True)


def list_unassigned(call: Call) -> dict[str, Any]:
    """Clients whose member left and who have no new one yet, by page number (up to 50 000 rows) or cursor."""
    size, number = call.number("page_size", 1000, 1000), int(call.body.get("page_id") or 0)
    cursor = str(call.body.get("cursor") or "")
    if not cursor and number * size >= PAGES_END:
        raise Problem(40058, "page_id * page_size is 50000 at most, use cursor")
    rows = [
        {"handover_userid": one.userid, "external_userid": client, "dimission_time": one.left_at}
        for one in call.corp.members.values()
        if one.left
        for client in call.corp.by_member.get(one.userid, {})
    ]
    shown, following = page(rows, cursor or (f"c{number * size}" if number else ""), size)
    return {"info": shown, "is_last": not following, "next_cursor": following}


def waiting_for(corp: Corp, external_userid: str) -> Transfer | None:
    """The transfer that this client is in now."""
    found = (one for one in corp.transfers if one.external_userid == external_userid and one.status == 2)
    return next(found, None)


def _gone(call: Call) -> Member:
    member = call.corp.members.get(call.text("handover_userid"))
    if member is None:
        raise Problem(60111, "userid not found")
    if not member.left:
        raise Problem(40097, "the member has not left")
    return member


def _ask(call: Call, old: Member, resigned: bool) -> dict[str, Any]:
    heir = contact_member(call, call.text("takeover_userid"))
    if heir.userid == old.userid:
        raise Problem(40130, "handover and takeover are the same member")
    if not heir.active:
        raise Problem(41054, "user not activated")
    if not heir.real_named:
        raise Problem(40098, "takeover member is not real-name verified")
    clients = call.names("external_userid", A_CALL)
    if not clients:
        raise Problem(40058, "missing external_userid")
    rows = []
    for client in clients:
        code = _refusal(call, old, heir, client, resigned)
        if not code:
            now = call.world.clock.now()
            due = now + call.world.switches.transfer_s
            call.corp.transfers.append(Transfer(old.userid, heir.userid, client, now, due, resigned))
        rows.append({"external_userid": client, "errcode": code})
    return {"customer": rows}


def _refusal(call: Call, old: Member, heir: Member, client: str, resigned: bool) -> int:
    corp, now = call.corp, call.world.clock.now()
    if client not in corp.externals:
        return 40096
    if corp.relation(old.userid, client) is None:
        return 40131
    if waiting_for(corp, client):
        return 40100
    before = [one for one in corp.transfers if one.external_userid == client and not one.resigned and one.status == 1]
    if not resigned and sum(now - one.asked_at < WITHIN_S for one in before) >= TIMES:
        return 40128
    if len(corp.by_member.get(heir.userid, {})) >= call.world.switches.clients_most:
        return 40099
    return 0


def _results(call: Call, handover: str, resigned: bool) -> dict[str, Any]:
    takeover = call.text("takeover_userid")
    pair = [
        one
        for one in call.corp.transfers
        if one.handover == handover and one.takeover == takeover and one.resigned == resigned
    ]
    newest = list({one.external_userid: one for one in pair}.values())
    rows, cursor = page(newest, str(call.body.get("cursor") or ""), 1000)
    shown = [
        {
            "external_userid": one.external_userid,
            "status": one.status,
            "takeover_time": one.ended_at or int(one.due),
        }
        for one in rows
    ]
    return {"customer": shown, "next_cursor": cursor}


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/transfer_customer", transfer, capability="customer"),
    post("/wx/cgi-bin/externalcontact/transfer_result", show_results, capability="customer"),
    post("/wx/cgi-bin/externalcontact/resigned/transfer_customer", transfer_resigned, capability="customer"),
    post("/wx/cgi-bin/externalcontact/resigned/transfer_result", show_resigned_results, capability="customer"),
    post("/wx/cgi-bin/externalcontact/get_unassigned_list", list_unassigned, capability="customer"),
)
