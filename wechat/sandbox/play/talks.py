"""What stands in a chat window: what reached the person, and what they wrote, in order of time."""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from markupsafe import Markup

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.play.people import Person
from wechat.sandbox.reached import Delivery
from wechat.sandbox.world import World

LOOK_BACK = 5000
SHOWN = 80
KINDS = {
    "custom": "",
    "template": "服务通知",
    "subscribe": "订阅通知",
    "mass": "群发消息",
    "reply": "",
    "welcome": "",
    "group_message": "",
    "group_chat": "群发",
    "staff": "应用消息",
    "reminder": "群发提醒",
}
ACCOUNT_KINDS = frozenset({"custom", "template", "subscribe", "mass", "reply"})
CONTENT = re.compile(r"<Content><!\[CDATA\[(.*?)\]\]></Content>", re.DOTALL)
ADDRESS = re.compile(
    r"&lt;a href=&quot;(?P<href>https?://.+?)&quot;&gt;(?P<label>.+?)&lt;/a&gt;"
    r"|(?P<bare>https?://[^\s&<>\"'，。；！？、）]+(?:&amp;[^\s&<>\"'，。；！？、）]+)*)"
)
"""An address in escaped text, bare or as the link that customer-service texts may hold."""
SAID = {"image": "［图片］", "voice": "［语音］", "video": "［视频］", "location": "［位置］", "link": "［链接］"}


@dataclass(slots=True)
class Said:
    """One bubble. `mine`: said by the person whose window this is; `who`: name beside it, in groups."""

    at: float
    text: str
    mine: bool = False
    who: str = ""
    kind: str = ""


class Diary:
    """What was typed on the play pages between people, of which WeCom tells no app: kept for the windows only."""

    def __init__(self) -> None:
        self.lines: dict[str, deque[tuple[float, str, str]]] = {}

    def note(self, window: str, who: str, text: str, at: float) -> None:
        """Somebody wrote in a window."""
        self.lines.setdefault(window, deque(maxlen=SHOWN)).append((at, who, text))

    def of(self, window: str, me: str, names: dict[str, str] | None = None) -> list[Said]:
        """The lines of a window as `me` sees them."""
        rows = self.lines.get(window, ())
        return [Said(at, text, who == me, "" if who == me else (names or {}).get(who, "")) for at, who, text in rows]


def with_account(world: World, account: Account, fan: Fan) -> list[Said]:
    """The chat of a fan and an account: written lines from the callbacks, tapped menus left out."""
    lines = [
        Said(one.at, one.text, kind=KINDS.get(one.kind, one.kind))
        for one in _reached(world, {fan.openid})
        if one.kind in ACCOUNT_KINDS and one.via in ("", account.appid)
    ]
    for callback in reversed(world.sender.log):
        if callback.openid == fan.openid and callback.receiver.receive_id == account.appid:
            text = _written(callback.label, callback.plaintext)
            lines += [Said(callback.made_at, text, mine=True)] if text else []
        if len(lines) > 2 * SHOWN:
            break
    return _in_order(lines)


def with_member(world: World, person: Person, userid: str, diary: Diary, external: str) -> list[Said]:
    """The chat of a client and a member: welcomes and group messages, and what was typed here."""
    lines = [
        Said(one.at, one.text)
        for one in _reached(world, person.ids)
        if one.kind in ("welcome", "group_message") and one.sender in ("", userid)
    ]
    return _in_order(lines + diary.of(f"{userid}/{external}", external))


def in_group(world: World, chat_id: str, me: str, diary: Diary, names: dict[str, str]) -> list[Said]:
    """What was written in a group."""
    lines = [
        Said(one.at, one.text, who=names.get(one.sender, ""), mine=one.sender == me)
        for one in world.reached.log[-LOOK_BACK:]
        if one.kind == "group_chat" and one.via == chat_id
    ]
    return _in_order(lines + diary.of(chat_id, me, names))


def to_staff(world: World, userid: str) -> list[Said]:
    """What the bank's apps and WeCom itself told a member."""
    return _in_order([Said(one.at, one.text, kind=KINDS.get(one.kind, "")) for one in _reached(world, {userid})])


def last_of(world: World, ids: set[str], kinds: frozenset[str], sender: str = "", via: str = "") -> Delivery | None:
    """The newest message of these kinds, for the list of chats."""
    for one in reversed(world.reached.log[-LOOK_BACK:]):
        fits = one.kind in kinds and (not sender or one.sender in ("", sender)) and (not via or one.via in ("", via))
        if fits and not ids.isdisjoint(one.people):
            return one
    return None


def linked(text: str, opener: str) -> Markup:
    """The text with its addresses made to open as this person; `opener` is the page's own address for that."""

    def anchor(hit: re.Match[str]) -> str:
        address, label = (hit["href"], hit["label"]) if hit["href"] else (hit["bare"], hit["bare"])
        return f'<a href="{opener}?url={quote(address.replace("&amp;", "&"), safe="")}" target="_blank">{label}</a>'

    # escaped first: only our own anchors are added
    return Markup(ADDRESS.sub(anchor, escape(text)))  # noqa: S704  # nosec B704  # nosemgrep: no-markup-past-the-escaper


def addresses(text: str) -> set[str]:
    """All addresses in a text."""
    return {(hit["href"] or hit["bare"]).replace("&amp;", "&") for hit in ADDRESS.finditer(escape(text))}


def was_told(world: World, ids: set[str], url: str) -> bool:
    """Whether a message to these ids holds this address."""
    return any(url in addresses(one.text) for one in _reached(world, ids))


def _reached(world: World, ids: set[str]) -> list[Delivery]:
    return [one for one in world.reached.log[-LOOK_BACK:] if not ids.isdisjoint(one.people)]


def _written(label: str, plaintext: str) -> str:
    if label == "text" and plaintext.startswith("{"):
        return str(json.loads(plaintext).get("Content", ""))
    if label == "text":
        hit = CONTENT.search(plaintext)
        return hit[1].replace("]]]]><![CDATA[>", "]]>") if hit else ""
    return SAID.get(label, "")


def _in_order(lines: list[Said]) -> list[Said]:
    return sorted(lines, key=lambda one: one.at)[-SHOWN:]
