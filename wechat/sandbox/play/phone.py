"""A client's phone: chats with accounts, members and groups, scanning, and links opened as this person."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wechat.sandbox.accounts import Fan
from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.oa import menus
from wechat.sandbox.oa.web_login import AS_COOKIE
from wechat.sandbox.play import people, talks
from wechat.sandbox.play.pages import Missing, Play, back, read_form, reason_of
from wechat.sandbox.play.people import Person

ACTS = {
    "fan.subscribe": "已关注",
    "fan.unsubscribe": "已取消关注",
    "fan.message": "",
    "fan.click": "",
    "fan.accept_template": "已回答订阅请求",
    "fan.change": "已更改",
    "client.add": "已添加，等对方的欢迎语",
    "client.chat": "",
    "client.delete_member": "已删除这位员工",
    "group.join": "已进群",
    "group.quit": "已退群",
    "group.talk": "",
    "live.watch": "已观看",
    "live.reserve": "已预约",
}
ARRIVALS = ("fan.subscribe", "client.add", "group.join")


async def show(play: Play, request: Request) -> Response:
    """GET /play/people/{who}: the list of chats."""
    person = _person(play, request)
    world = play.world
    accounts = []
    for account in world.accounts.values():
        fan = person.fan_of(account)
        last = talks.last_of(world, person.ids, talks.ACCOUNT_KINDS, via=account.appid) if fan else None
        accounts.append((account, fan, last))
    members, groups, lives, offers = [], [], [], []
    for corp, external in person.externals:
        for userid, relation in corp.by_external.get(external.external_userid, {}).items():
            member = corp.members.get(userid)
            kinds = frozenset({"welcome", "group_message"})
            last = talks.last_of(world, {external.external_userid}, kinds, sender=userid)
            members.append((corp, external, member or userid, relation, last))
        groups += [(corp, external, one) for one in corp.groups.values() if _is_inside(one, external.external_userid)]
    for corp in world.corps.values():
        lives += [(corp, one) for one in corp.livestreams.values() if one.status in (0, 1)]
        offers += [(corp, one) for one in corp.members.values() if not one.left][: people.LISTED]
    return play.render(
        request,
        "phone.html",
        person=person,
        accounts=accounts,
        members=members,
        groups=groups,
        lives=lives[-8:],
        offers=offers,
        joinable=[(corp, one) for corp in world.corps.values() for one in _open_groups(corp, person)],
        codes=_codes(play),
    )


async def account_chat(play: Play, request: Request) -> Response:
    """GET /play/people/{who}/accounts/{appid}: the chat window with an official account."""
    person = _person(play, request)
    account = play.world.accounts.get(request.path_params["appid"])
    if account is None:
        raise Missing
    fan = person.fan_of(account)
    opener = _opener(person)
    lines = talks.with_account(play.world, account, fan) if fan else []
    menu = menus.menu_of(account, fan).get("button", []) if fan else []
    return play.render(
        request,
        "account.html",
        person=person,
        account=account,
        fan=fan,
        window=_window(play, fan),
        lines=[(one, talks.linked(one.text, opener)) for one in lines],
        menu=menu,
        opener=opener,
        templates=list(account.subscribe_templates.values()),
    )


async def member_chat(play: Play, request: Request) -> Response:
    """GET /play/people/{who}/members/{corpid}/{userid}: the chat window with a member of staff."""
    person, corp = _person(play, request), play.world.corps.get(request.path_params["corpid"])
    member = corp.members.get(request.path_params["userid"]) if corp else None
    external = person.external_of(corp) if corp else None
    if corp is None or member is None or external is None:
        raise Missing
    lines = talks.with_member(play.world, person, member.userid, play.diary, external.external_userid)
    return play.render(
        request,
        "member.html",
        person=person,
        corp=corp,
        member=member,
        external=external,
        relation=corp.relation(member.userid, external.external_userid),
        lines=[(one, talks.linked(one.text, _opener(person))) for one in lines],
    )


async def group_chat(play: Play, request: Request) -> Response:
    """GET /play/people/{who}/groups/{corpid}/{chat_id}: the group as somebody inside sees it."""
    person, corp = _person(play, request), play.world.corps.get(request.path_params["corpid"])
    chat = corp.groups.get(request.path_params["chat_id"]) if corp else None
    external = person.external_of(corp) if corp else None
    if corp is None or chat is None or external is None:
        raise Missing
    names = {one: corp.members[one].name if one in corp.members else _name(corp, one) for one in chat.members}
    me = external.external_userid
    lines = talks.in_group(play.world, chat.chat_id, me, play.diary, names)
    return play.render(
        request,
        "group.html",
        person=person,
        corp=corp,
        chat=chat,
        external=external,
        is_inside=_is_inside(chat, me),
        names=names,
        lines=[(one, talks.linked(one.text, _opener(person))) for one in lines],
    )


async def act(play: Play, request: Request) -> Response:
    """POST /play/people/{who}/acts: something this person does."""
    person, fields = _person(play, request), await read_form(play, request)
    name = str(fields.pop("act", ""))
    if name not in ACTS:
        return back(fields, failed="没有这个动作")
    if isinstance(picture := fields.pop("picture", None), bytes):
        fields |= {"kind": "image", "base64": base64.b64encode(picture).decode()}
    try:
        play.do(name, _owned(person, name, fields))
    except (Impossible, LookupError, ValueError, TypeError) as error:
        return back(fields, failed=reason_of(error))
    _note_typed(play, name, fields)
    return back(fields, done=ACTS[name])


async def scan(play: Play, request: Request) -> Response:
    """POST /play/people/{who}/scan: one of the codes that hang about, or the address that a code holds."""
    person, fields = _person(play, request), await read_form(play, request)
    kind, _, code = str(fields.get("code", "")).partition(":")
    typed = str(fields.get("typed", "")).strip()
    if typed:
        return _open(person, typed) if _is_address(typed) else _scan(play, person, fields, "oa_scene", typed)
    return _scan(play, person, fields, kind, code)


async def open_link(play: Play, request: Request) -> Response:
    """GET /play/people/{who}/open?url=: a link of a message or of the menu, opened as this person."""
    person, url = _person(play, request), request.query_params.get("url", "")
    menu_links = {link for account, fan in person.fans for link in _links_of(menus.menu_of(account, fan))}
    if not _is_address(url) or not (url in menu_links or talks.was_told(play.world, person.ids, url)):
        raise Missing
    return _open(person, url)


def _scan(play: Play, person: Person, fields: dict[str, Any], kind: str, code: str) -> Response:
    openid = next((fan.openid for _, fan in person.fans), "")
    external = next((one.external_userid for _, one in person.externals), "")
    who = {"name": person.name, "unionid": person.unionid}
    try:
        if kind in ("oa", "oa_scene"):
            known = {"openid": openid} if openid else {}
            play.do("fan.scan", {**who, **known, ("ticket" if kind == "oa" else "scene"): code})
        elif kind == "way":
            play.do("client.scan", {**who, "config_id": code, **({"external_userid": external} if external else {})})
        elif kind == "group":
            play.do("group.scan", {**who, "config_id": code, **({"id": external} if external else {})})
        else:
            return back(fields, failed="请选择或粘贴一个二维码")
    except (Impossible, LookupError, ValueError, TypeError) as error:
        return back(fields, failed=reason_of(error))
    return back(fields, done="已扫码")


def _open(person: Person, url: str) -> Response:
    answer = RedirectResponse(url, 303)
    answer.set_cookie(AS_COOKIE, quote(" ".join(sorted(person.ids))), path="/mp", httponly=True, samesite="lax")
    return answer


def _person(play: Play, request: Request) -> Person:
    person = people.find(play.world, request.path_params["who"])
    if person is None:
        raise Missing
    return person


def _owned(person: Person, act: str, fields: dict[str, Any]) -> dict[str, Any]:
    # a person acts with their own ids, whatever the form says
    args = {name: value for name, value in fields.items() if name not in ("back", "openid", "external_userid", "id")}
    openids = {account.appid: fan.openid for account, fan in person.fans}
    externals = {corp.corpid: one.external_userid for corp, one in person.externals}
    if openid := _chosen(openids, str(fields.get("appid", ""))):
        args["openid"] = openid
    if external := _chosen(externals, str(fields.get("corpid", ""))):
        args |= {"external_userid": external, "id": external}
    # who may be new there brings a name along
    return {"name": person.name, "unionid": person.unionid, **args} if act in ARRIVALS else args


def _chosen(ids: dict[str, str], place: str) -> str:
    return ids.get(place, "") if place else next(iter(ids.values()), "")


def _note_typed(play: Play, name: str, fields: dict[str, Any]) -> None:
    text, now = str(fields.get("text", "")), play.world.clock.now()
    me = str(fields.get("external_userid", ""))
    if text and name == "client.chat":
        play.diary.note(f"{fields.get('userid', '')}/{me}", me, text, now)
    if text and name == "group.talk":
        play.diary.note(str(fields.get("chat_id", "")), me, text, now)


def _window(play: Play, fan: Fan | None) -> int:
    is_open = fan is not None and play.world.clock.now() < fan.allowance_until
    return fan.allowance_left if fan is not None and is_open else 0


def _opener(person: Person) -> str:
    return f"/play/people/{quote(person.id, safe='')}/open"


def _is_address(text: str) -> bool:
    return urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).netloc)


def _is_inside(chat: Any, who: str) -> bool:
    return not chat.dismissed and who in chat.members


def _open_groups(corp: Any, person: Person) -> list[Any]:
    own = person.external_of(corp)
    me = own.external_userid if own else ""
    return [one for one in corp.groups.values() if not one.dismissed and me not in one.members][: people.LISTED]


def _name(corp: Any, who: str) -> str:
    return corp.externals[who].name if who in corp.externals else who


def _links_of(menu: dict[str, Any]) -> list[str]:
    rows = [*menu.get("button", []), *(sub for one in menu.get("button", []) for sub in one.get("sub_button") or [])]
    return [str(one["url"]) for one in rows if one.get("url")]


def _codes(play: Play) -> list[tuple[str, str]]:
    world, now, found = play.world, play.world.clock.now(), []
    for account in world.accounts.values():
        live = [one for one in account.tickets.values() if one.expires > now or one.permanent]
        found += [(f"oa:{one.ticket}", f"公众号二维码 {one.scene}") for one in live[-20:]]
    for corp in world.corps.values():
        found += [(f"way:{one}", f"员工活码 {_told_of(way)}") for one, way in list(corp.contact_ways.items())[-20:]]
        found += [(f"group:{one}", f"入群码 {_told_of(way)}") for one, way in list(corp.join_ways.items())[-20:]]
    return found


def _told_of(way: Any) -> str:
    return str(way.fields.get("remark") or way.fields.get("state") or way.config_id)[:24]
