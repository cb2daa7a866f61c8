"""Judging what the product answered to a callback, and reading the passive reply inside it."""

from __future__ import annotations

import re

from wechat.sandbox import envelope
from wechat.sandbox.callbacks.wrapping import Receiver

_ELEMENT = r"<{0}>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</{0}>"
_TEXTS = ("Content", "Title", "MediaId", "MsgType")


def judge(receiver: Receiver, status: int, body: str) -> tuple[bool, str | None]:
    """(accepted, text of a passive reply or None); WeCom takes any 200, an official account only proper bodies."""
    if status != 200:
        return False, None
    if receiver.side == "wecom" or body in ("", "success"):
        return True, None
    try:
        return _read_reply(receiver, body)
    except ValueError:
        return False, None


def _read_reply(receiver: Receiver, body: str) -> tuple[bool, str | None]:
    sealed = _element(body, "Encrypt")
    if sealed is not None and receiver.mode != "plain":
        stamp, nonce = _element(body, "TimeStamp") or "", _element(body, "Nonce") or ""
        if envelope.sign(receiver.token, stamp, nonce, sealed) != _element(body, "MsgSignature"):
            return False, None
        body, receive_id = envelope.decrypt(sealed, receiver.aes_key)
        if receive_id != receiver.receive_id:
            return False, None
    elif receiver.mode == "safe":
        return False, None
    if _element(body, "MsgType") is None or _element(body, "ToUserName") is None:
        return False, None
    found = (_element(body, name) for name in _TEXTS)
    return True, next((text for text in found if text), "")


def _element(body: str, name: str) -> str | None:
    hit = re.search(_ELEMENT.format(name), body, re.DOTALL)
    return (hit.group(1) if hit.group(1) is not None else hit.group(2)) if hit else None
