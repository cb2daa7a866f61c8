"""Passive replies: what stands in the answer to a callback, in the form of its account and sealed where that is due.

A reply is a plain fact made from the callback's fields: the same callback gives the same reply, also when WeChat asks
again. `sealed` turns it into the bytes of the answer.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from kernel import clock
from kernel.errors import Refused
from wechat import envelope

TEXT_BYTES = 2048
"""WeChat counts bytes, and shows nothing at all of a text that is longer."""
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML can hold, CDATA or not: one of them would make the whole reply unreadable."""
Fields = Mapping[str, Any]


class Account(Protocol):
    """The account that replies; `wechat.apps.App` is one."""

    @property
    def receive_id(self) -> str:
        """The appid."""

    @property
    def token(self) -> str:
        """What signatures are made with."""

    @property
    def aes_keys(self) -> tuple[str, ...]:
        """What bodies are sealed with, the current one first."""

    @property
    def mode(self) -> str:
        """plain, compatible or safe."""

    @property
    def body_format(self) -> str:
        """xml or json."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: `to` and `sender` are those of the callback, swapped; `at` in seconds."""

    to: str
    sender: str
    at: int
    kind: str
    parts: Mapping[str, Any] = field(default_factory=dict, repr=False)


def text(fields: Fields, content: str) -> Reply:
    """A text; Refused when it is empty or longer than WeChat shows."""
    if not content or len(content.encode()) > TEXT_BYTES:
        raise Refused(f"回复文字须为 1 至 {TEXT_BYTES} 字节", code="reply.length")
    return _reply(fields, "text", {"Content": content})


def image(fields: Fields, media_id: str) -> Reply:
    """A picture that was uploaded before."""
    return _reply(fields, "image", {"Image": {"MediaId": media_id}})


def voice(fields: Fields, media_id: str) -> Reply:
    """A recording that was uploaded before."""
    return _reply(fields, "voice", {"Voice": {"MediaId": media_id}})


def video(fields: Fields, media_id: str, title: str = "", description: str = "") -> Reply:
    """A video that was uploaded before."""
    parts = {"MediaId": media_id, "Title": title, "Description": description}
    return _reply(fields, "video", {"Video": parts})


def music(
    fields: Fields, thumb_media_id: str, address: str, title: str = "", description: str = "", better_address: str = ""
) -> Reply:
    """A piece of music at an address; `better_address` is played where there is Wi-Fi."""
    parts = {"Title": title, "Description": description, "MusicUrl": address}
    parts |= {"HQMusicUrl": better_address or address, "ThumbMediaId": thumb_media_id}
    return _reply(fields, "music", {"Music": parts})


def news(fields: Fields, title: str, description: str, picture: str, address: str) -> Reply:
    """One article, which is all that WeChat shows in a reply since 2018."""
    article = {"Title": title, "Description": description, "PicUrl": picture, "Url": address}
    return _reply(fields, "news", {"ArticleCount": 1, "Articles": [article]})


def transfer_to_staff(fields: Fields, account: str = "") -> Reply:
    """Hand the client to WeChat's own customer service, or to one of its accounts."""
    parts = {"TransInfo": {"KfAccount": account}} if account else {}
    return _reply(fields, "transfer_customer_service", parts)


def sealed(account: Account, reply: Reply) -> bytes:
    """The body of the answer: plain only where the account's mode is plain."""
    plain = written(reply, account.body_format)
    if account.mode == "plain":
        return plain
    ciphertext = envelope.seal(plain, account.aes_keys[0], account.receive_id)
    timestamp, nonce = int(clock.now().timestamp()), secrets.token_hex(8)
    signature = envelope.sign(account.token, str(timestamp), nonce, ciphertext)
    outer = {"Encrypt": ciphertext, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce}
    return _json(outer) if account.body_format == "json" else _xml(outer)


def written(reply: Reply, body_format: str = "xml") -> bytes:
    """The reply as plain XML or JSON."""
    head = {"ToUserName": reply.to, "FromUserName": reply.sender, "CreateTime": reply.at, "MsgType": reply.kind}
    whole = {**head, **reply.parts}
    return _json(whole) if body_format == "json" else _xml(whole)


def _reply(fields: Fields, kind: str, parts: Mapping[str, Any]) -> Reply:
    said = fields.get("CreateTime", "")
    # the callback's own second, not ours: a repeated callback then gets the very same reply
    at = int(said) if isinstance(said, str) and said.isascii() and said.isdecimal() else int(clock.now().timestamp())
    return Reply(str(fields.get("FromUserName", "")), str(fields.get("ToUserName", "")), at, kind, parts)


def _json(whole: Mapping[str, Any]) -> bytes:
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _xml(whole: Mapping[str, Any]) -> bytes:
    return f"<xml>{_elements(whole)}</xml>".encode("utf-8", "replace")


def _elements(parts: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_content(value)}</{name}>" for name, value in parts.items())


def _content(value: Any) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, list):
        return "".join(f"<item>{_elements(one)}</item>" for one in value)
    if isinstance(value, int):
        return str(value)
    # a text may hold the end of a section: it is cut there and goes on in the next section
    safe = UNWRITABLE.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>"
