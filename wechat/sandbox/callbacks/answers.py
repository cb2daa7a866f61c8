"""Judging what the product answered to a callback, and reading the passive reply inside it, XML or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from wechat.sandbox import envelope
from wechat.sandbox.callbacks.wrapping import Receiver

TEXT_BYTES = 2048
NEEDED = {
    "text": (("Content",),),
    "image": (("Image", "MediaId"),),
    "voice": (("Voice", "MediaId"),),
    "video": (("Video", "MediaId"),),
    "music": (("Music", "ThumbMediaId"),),
    "news": (("ArticleCount",), ("Articles",)),
    "transfer_customer_service": (),
}
"""Kinds of passive reply and what each can't do without."""


@dataclass(slots=True, frozen=True)
class PassiveReply:
    """A reply in the answer to a callback: its kind, the words in it, and to whom a talk is handed over."""

    kind: str
    text: str
    fields: dict[str, Any]

    @property
    def kf_account(self) -> str:
        """The customer-service person that a transfer names, if any."""
        info = self.fields.get("TransInfo")
        return str(info.get("KfAccount", "")) if isinstance(info, dict) else ""


def judge(receiver: Receiver, status: int, body: str, openid: str = "") -> tuple[bool, PassiveReply | None]:
    """(accepted, passive reply or None); WeCom takes any 200, an official account only proper bodies."""
    if status != 200:
        return False, None
    if receiver.side == "wecom" or body in ("", "success"):
        return True, None
    try:
        return True, read_reply(receiver, body, openid)
    except ValueError:
        return False, None


def read_reply(receiver: Receiver, body: str, openid: str = "") -> PassiveReply:
    """The reply that a body carries; ValueError says why it isn't one."""
    fields = _fields(body)
    sealed = fields.get("Encrypt")
    if sealed is not None and receiver.mode != "plain":
        fields = _fields(_opened(receiver, fields))
    elif receiver.mode == "safe":
        raise ValueError("a reply must be sealed in safe mode")
    for name in ("ToUserName", "FromUserName", "CreateTime", "MsgType"):
        if not str(fields.get(name) or ""):
            raise ValueError(f"{name} is missing")
    if not str(fields["CreateTime"]).isdecimal():
        raise ValueError("CreateTime isn't a number of seconds")
    if openid and fields["ToUserName"] != openid:
        raise ValueError("the reply is to somebody else")
    _check_kind(fields)
    return PassiveReply(str(fields["MsgType"]), _words(fields), fields)


def _opened(receiver: Receiver, outer: dict[str, Any]) -> str:
    sealed, stamp, nonce = (str(outer.get(name) or "") for name in ("Encrypt", "TimeStamp", "Nonce"))
    if envelope.sign(receiver.token, stamp, nonce, sealed) != outer.get("MsgSignature"):
        raise ValueError("MsgSignature is wrong")
    for key in filter(None, (receiver.aes_key, receiver.previous_aes_key)):
        try:
            text, receive_id = envelope.decrypt(sealed, key)
        except ValueError:
            continue
        if receive_id == receiver.receive_id:
            return text
    raise ValueError("the reply isn't sealed for this account")


def _check_kind(fields: dict[str, Any]) -> None:
    kind = str(fields["MsgType"])
    if kind not in NEEDED:
        raise ValueError(f"unknown MsgType {kind}")
    for path in NEEDED[kind]:
        found: Any = fields
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if found in (None, "", {}, []):
            raise ValueError(f"{'/'.join(path)} is missing")
    if kind == "text" and len(str(fields["Content"]).encode()) > TEXT_BYTES:
        raise ValueError("Content is too long")
    if kind == "news":
        articles = fields["Articles"]
        items = articles.get("item") if isinstance(articles, dict) else articles
        many = len(items) if isinstance(items, list) else 1 if isinstance(items, dict) else 0
        if not many or str(fields["ArticleCount"]) != str(many) or many > 8:
            raise ValueError("ArticleCount is wrong")


def _fields(body: str) -> dict[str, Any]:
    text = body.strip()
    if text.startswith("{"):
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("a reply has no DOCTYPE")
    try:
        # without a DOCTYPE there is nothing to expand
        root = ElementTree.fromstring(text)  # noqa: S314  # nosec B314
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    if root.tag != "xml":
        raise ValueError("the root isn't xml")
    return _children(root)


def _children(element: ElementTree.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        value: Any = _children(child) if len(child) else (child.text or "")
        if child.tag not in found:
            found[child.tag] = value
        elif child.tag == "item":
            known = found[child.tag]
            found[child.tag] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            raise ValueError(f"{child.tag} comes twice")
    return found


def _words(fields: dict[str, Any]) -> str:
    left_out = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "ArticleCount", "TransInfo"}
    return " ".join(filter(None, (_text(value) for name, value in fields.items() if name not in left_out)))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(filter(None, (_text(one) for one in value.values())))
    if isinstance(value, list):
        return " ".join(filter(None, (_text(one) for one in value)))
    return str(value)
