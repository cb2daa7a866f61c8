"""Callbacks from WeChat: is it WeChat, is it fresh, is it for us; then the plain body, its digest and its meaning."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel import clock, settings
from wechat import bodies, envelope, recognition
from wechat.envelope import BadCallback
from wechat.events import Event, Side

__all__ = ["BadCallback", "Keys", "answer_check", "digest", "keys_of", "open_post", "parse"]

BODY_BYTES = 64 * 1024
FRESH_S = 600
"""How far the signed timestamp may be from our clock, either way."""
SEALED = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]++)(?:\]\]>)?</Encrypt>")
"""Possessive and without room for blanks: nobody has proved who they are yet, so its cost must not grow with tricks."""
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Keys:
    """What one side's callbacks are signed and sealed with; after a change of key the old one comes second."""

    side: Side
    receive_id: str
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(repr=False)


def keys_of(side: Side) -> Keys:
    """The configured keys of a side; BadCallback(not_configured) when there are none."""
    now = settings.get()
    if side == "official_account":
        keys = Keys(side, now.oa_appid, now.oa_token, (now.oa_aes_key,))
    else:
        keys = Keys(side, now.wecom_corpid, now.wecom_token, (now.wecom_aes_key,))
    if not (keys.receive_id and keys.token and all(keys.aes_keys)):
        raise BadCallback("not_configured")
    return keys


def answer_check(keys: Keys, query: Query) -> bytes:
    """The body that proves to WeChat, when the address is saved, that this server knows the token (GET)."""
    echo = _given(query, "echostr")
    if keys.side == "official_account":
        _verify(keys, query, "signature")
        return echo.encode("utf-8", "replace")
    _verify(keys, query, "msg_signature", echo)
    return _unseal(keys, echo)


def open_post(keys: Keys, query: Query, body: bytes) -> bytes:
    """The plain body of a sealed callback (POST); plain ones are refused because nothing protects what they say."""
    if len(body) > BODY_BYTES:
        raise BadCallback("size")
    sealed = _sealed_part(body)
    _verify(keys, query, "msg_signature", sealed)
    return _unseal(keys, sealed)


def parse(side: Side, plaintext: bytes) -> Event:
    """The event that an opened body tells of; Unrecognised rather than an error when it has a form that we do not know.

    BadCallback: the body is neither XML nor JSON, or carries a document type.
    """
    return recognition.recognise(side, bodies.read(plaintext))


def digest(plaintext: bytes) -> str:
    """What makes two deliveries of one callback the same: SHA-256 (hex) of the whole opened body.

    Not MsgId or sender and second, as the platform advises: customer events all come from `sys` and would collide.
    """
    return hashlib.sha256(plaintext).hexdigest()


def _sealed_part(body: bytes) -> str:
    bodies.refuse_declarations(body)
    if found := SEALED.search(body):
        return found[1].decode("ascii")
    if body.lstrip()[:1] == b"{":
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            raise BadCallback("malformed") from None
        sealed = (data.get("Encrypt") or data.get("encrypt")) if isinstance(data, dict) else None
        if isinstance(sealed, str):
            return sealed
        raise BadCallback("plain_refused")
    # not parsed for a nicer word: it comes from nobody
    raise BadCallback("plain_refused" if b"<MsgType>" in body else "malformed")


def _verify(keys: Keys, query: Query, name: str, *sealed: str) -> None:
    timestamp, nonce = _given(query, "timestamp"), _given(query, "nonce")
    if not envelope.is_signed(_given(query, name), keys.token, timestamp, nonce, *sealed):
        raise BadCallback("signature")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise BadCallback("stale")
    if abs(clock.now().timestamp() - int(timestamp)) > FRESH_S:
        raise BadCallback("stale")


def _given(query: Query, name: str) -> str:
    value = query.get(name, "")
    if not value:
        raise BadCallback("signature" if name.endswith("signature") else "malformed")
    return value


def _unseal(keys: Keys, sealed: str) -> bytes:
    refusal = BadCallback("not_configured")
    for aes_key in keys.aes_keys:
        try:
            return envelope.unseal(sealed, aes_key, keys.receive_id)
        except BadCallback as refused:
            refusal = refused
    raise refusal
