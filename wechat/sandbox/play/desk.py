"""A member's phone: tasks to confirm, clients, groups and livestreams, what the bank's apps told them, and leaving."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.corps import Corp, GroupMessage, Livestream, Member
from wechat.sandbox.oa.web_login import AS_COOKIE
from wechat.sandbox.play import talks
from wechat.sandbox.play.pages import HOME, Missing, Play, back, read_form, reason_of
from wechat.sandbox.wecom import content

SHOWN = 60
ACTS = {
    "member.confirm_groupmsg": "已发送",
    "member.publish_moment": "已发表",
    "member.confirm_client": "已通过好友申请",
    "member.delete_client": "已删除客户",
    "member.edit_client": "已修改备注",
    "client.chat": "",
    "client.add": "客户已添加",
    "group.create": "群已建立",
    "group.rename": "群名已修改",
    "group.notice": "群公告已发布",
    "group.owner": "已转让群主",
    "group.kick": "已移出群聊",
    "group.join": "已邀请进群",
    "group.talk": "",
    "group.dismiss": "群已解散",
    "live.start": "直播已开始",
    "live.end": "直播已结束",
    "live.cancel": "直播已取消",
    "member.message": "",
    "member.enter_app": "已打开应用",
    "member.leave": "已离职",
}


async def show(play: Play, request: Request) -> Response:
    """GET /play/members/{corpid}/{userid}: everything a member sees."""
    corp, member = _member(play, request)
    relations = list(corp.by_member.get(member.userid, {}).values())
    newest = sorted(relations, key=lambda one: (one.half, one.last_chat, one.created), reverse=True)
    return play.render(
        request,
        "desk.html",
        corp=corp,
        member=member,
        tasks=[_task(corp, member, job) for job in corp.waiting.get(member.userid, {}).values()],
        sent=_sent(corp, member),
        moments=_moments(corp, member),
        clients=[(one, corp.externals.get(one.external_userid)) for one in newest[:SHOWN]],
        clients_in_all=len(relations),
        groups=[one for one in corp.groups.values() if one.owner == member.userid and not one.dismissed],
        lives=_lives(corp, member),
        told=[
            (one, talks.linked(one.text, _opener(corp, member))) for one in talks.to_staff(play.world, member.userid)
        ],
        colleagues=[one for one in corp.members.values() if not one.left and one is not member][:SHOWN],
        agents=corp.config.agents,
    )


async def group(play: Play, request: Request) -> Response:
    """GET /play/members/{corpid}/{userid}/groups/{chat_id}: a group as its owner sees it."""
    corp, member = _member(play, request)
    chat = corp.groups.get(request.path_params["chat_id"])
    if chat is None:
        raise Missing
    names = {one: _name(corp, one) for one in chat.members}
    lines = talks.in_group(play.world, chat.chat_id, member.userid, play.diary, names)
    own = [one for one in corp.by_member.get(member.userid, {}) if one not in chat.members][:SHOWN]
    return play.render(
        request,
        "member_group.html",
        corp=corp,
        member=member,
        chat=chat,
        names=names,
        lines=[(one, talks.linked(one.text, _opener(corp, member))) for one in lines],
        invitable=[(one, _name(corp, one)) for one in own],
        colleagues=[one for one in corp.members.values() if not one.left and one is not member][:SHOWN],
    )


async def client(play: Play, request: Request) -> Response:
    """GET /play/members/{corpid}/{userid}/clients/{external}: the chat with one client, seen by the member."""
    corp, member = _member(play, request)
    external = corp.externals.get(request.path_params["external"])
    relation = corp.relation(member.userid, external.external_userid) if external else None
    if external is None or relation is None:
        raise Missing
    window = f"{member.userid}/{external.external_userid}"
    lines = [
        *(
            talks.Said(one.at, one.text, mine=True)
            for one in play.world.reached.log[-talks.LOOK_BACK :]
            if external.external_userid in one.people
            and one.kind in ("welcome", "group_message")
            and one.sender in ("", member.userid)
        ),
        *play.diary.of(window, member.userid),
    ]
    return play.render(
        request,
        "member_client.html",
        corp=corp,
        member=member,
        external=external,
        relation=relation,
        lines=[(one, talks.linked(one.text, _opener(corp, member))) for one in sorted(lines, key=lambda one: one.at)],
    )


async def act(play: Play, request: Request) -> Response:
    """POST /play/members/{corpid}/{userid}/acts: something this member does."""
    corp, member = _member(play, request)
    fields = await read_form(play, request)
    name = str(fields.pop("act", ""))
    if name not in ACTS:
        return back(fields, failed="没有这个动作")
    # who hands a group over names another member; everything else a member does by themselves
    args = {"corpid": corp.corpid, "userid": member.userid, "owner": member.userid, "invitor": member.userid, **fields}
    if name != "group.owner":
        args["userid"] = member.userid
    if name == "group.talk":
        args["id"] = member.userid
    try:
        play.do(name, args)
    except (Impossible, LookupError, ValueError, TypeError) as error:
        return back(fields, failed=reason_of(error))
    _note_typed(play, member, name, fields)
    return back(fields, done=ACTS[name], to=HOME if name == "member.leave" else "")


async def open_link(play: Play, request: Request) -> Response:
    """GET /play/members/{corpid}/{userid}/open?url=: a link that this member was sent, opened as them."""
    _, member = _member(play, request)
    url = request.query_params.get("url", "")
    if not talks.was_told(play.world, {member.userid}, url):
        raise Missing
    # only what this member was sent is opened
    answer = RedirectResponse(url, 303)  # nosemgrep: no-redirect-to-input
    answer.set_cookie(AS_COOKIE, member.userid, path="/mp", httponly=True, samesite="lax")
    return answer


def _member(play: Play, request: Request) -> tuple[Corp, Member]:
    corp = play.world.corps.get(request.path_params["corpid"])
    member = corp.member(request.path_params["userid"]) if corp else None
    if corp is None or member is None:
        raise Missing
    return corp, member


def _task(corp: Corp, member: Member, job: GroupMessage) -> dict[str, Any]:
    targets = job.tasks[member.userid].targets
    names = [_name(corp, one.id) for one in targets[:4]]
    return {
        "msgid": job.msgid,
        "is_group": job.chat_type == "group",
        "text": content.readable(job.content),
        "created": job.created,
        "count": len(targets),
        "names": "、".join(names),
        "reminded": len(job.reminded),
    }


def _sent(corp: Corp, member: Member) -> list[dict[str, Any]]:
    rows = []
    for job in reversed(corp.group_messages.values()):
        task = job.tasks.get(member.userid)
        if task and (task.status == 2 or task.cancelled):
            counts = {status: sum(one.status == status for one in task.targets) for status in (1, 2, 3)}
            text = content.readable(job.content)
            rows.append({"text": text, "at": task.sent_at, "cancelled": task.cancelled, "counts": counts})
        if len(rows) == 10:
            break
    return rows


def _moments(corp: Corp, member: Member) -> list[dict[str, Any]]:
    rows = []
    for moment in corp.moments.values():
        post = moment.posts.get(member.userid)
        if post and not post.published_at and not post.cancelled:
            rows.append(
                {"id": moment.moment_id, "text": content.readable(moment.content), "clients": len(post.clients)}
            )
    return rows


def _lives(corp: Corp, member: Member) -> list[Livestream]:
    return [one for one in corp.livestreams.values() if one.anchor == member.userid and one.status in (0, 1, 2)][-10:]


def _name(corp: Corp, who: str) -> str:
    if who in corp.groups:
        return corp.groups[who].name or "未命名群"
    if who in corp.members:
        return corp.members[who].name
    return corp.externals[who].name if who in corp.externals else who


def _opener(corp: Corp, member: Member) -> str:
    return f"/play/members/{corp.corpid}/{member.userid}/open"


def _note_typed(play: Play, member: Member, name: str, fields: dict[str, Any]) -> None:
    text, now = str(fields.get("text", "")), play.world.clock.now()
    if text and name == "client.chat":
        play.diary.note(f"{member.userid}/{fields.get('external_userid', '')}", member.userid, text, now)
    if text and name == "group.talk":
        play.diary.note(str(fields.get("chat_id", "")), member.userid, text, now)
