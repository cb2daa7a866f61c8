"""Callbacks from WeChat: is it WeChat, is it fresh, is it for us; then the plain body, its digest and its meaning."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kernel import clock
from wechat import accounts, bodies, envelope, recognition, replaying, watching
from wechat.apps import App
from wechat.envelope import BadCallback
from wechat.events import Event, Side

__all__ = ["BadCallback", "Keys", "Receiver", "answer_check", "digest", "keys_of", "open_post", "parse"]

BODY_BYTES = 64 * 1024
FRESH_S = 600
"""How far the signed timestamp may be from our clock, either way."""
_BESIDE = rb"(?:<(ToUserName|AgentID)><!\[CDATA\[[\w@.-]*+\]\]></\%d>\s*+)*+"
USUAL = re.compile(
    rb"\s*+<xml>\s*+%s<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]++)\]\]></Encrypt>\s*+%s</xml>\s*+"
    % (_BESIDE % 1, _BESIDE % 3)
)
"""A sealed body as WeChat writes it, to the letter: nothing in it can be a document type or a second sealed part."""
SEALED = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]++)(?:\]\]>)?</Encrypt>")
"""Possessive and without room for blanks: nobody has proved who they are yet, so its cost must not grow with tricks."""
Query = Mapping[str, str]


class Receiver(Protocol):
    """Whom a callback is for, and what it must be signed and sealed with; `wechat.apps.App` is one.

    aes_keys: after a change of key the old one comes second. mode: plain, compatible or safe, as saved with WeChat.
    """

    @property
    def side(self) -> Side:
        """official_account or wecom."""

    @property
    def receive_id(self) -> str:
        """The appid or corpid."""

    @property
    def token(self) -> str:
        """What signatures are made with."""

    @property
    def aes_keys(self) -> tuple[str, ...]:
        """What bodies are sealed with."""

    @property
    def mode(self) -> str:
        """plain, compatible or safe."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The plainest Receiver."""

    side: Side
    receive_id: str
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(repr=False)
    mode: str = "safe"


def keys_of(side: Side, slug: str = "") -> App:
    """The account at a callback address; BadCallback(not_configured) when nobody is there."""
    app = accounts.by_slug(side, slug)
    if app is None:
        raise BadCallback("not_configured")
    return app


def answer_check(keys: Receiver, query: Query) -> bytes:
    """The body that proves to WeChat, when the address is saved, that this server knows the token (GET)."""
    echo = _given(query, "echostr")
    if keys.side == "official_account":
        _demand_token(keys)
        _verify(keys, query, "signature")
        # what signed this must not carry a plain callback afterwards
        replaying.demand_once(_given(query, "signature"), b"", clock.now().timestamp())
        return echo.encode("utf-8", "replace")
    _demand_keys(keys)
    _verify(keys, query, "msg_signature", echo)
    return _unseal(keys, echo)


def open_post(keys: Receiver, query: Query, body: bytes) -> bytes:
    """The plain body of a callback (POST), XML or JSON.

    In safe and compatible mode the sealed part is the truth and everything beside it is ignored; what has none is
    refused, because nothing protects what it says. A plain body is taken only where the account's mode is plain.
    """
    if len(body) > BODY_BYTES:
        raise BadCallback("size")
    if keys.mode == "plain" and keys.side == "official_account" and not query.get("msg_signature"):
        return _take_plain(keys, query, body)
    _demand_keys(keys)
    sealed = _sealed_part(body)
    _verify(keys, query, "msg_signature", sealed)
    return _unseal(keys, sealed)


def parse(side: Side, plaintext: bytes, app: str = "") -> Event:
    """The event that an opened body tells of; app: the appid or corpid that it came for.

    Unrecognised rather than an error when it has a form that we do not know, Broken when it lacks what its form needs.
    BadCallback: the body is neither XML nor JSON, or carries a document type.
    """
    return recognition.recognise(side, bodies.read(plaintext), app)


def digest(plaintext: bytes) -> str:
    """What makes two deliveries of one callback the same: SHA-256 (hex) of the whole opened body.

    Not MsgId or sender and second, as the platform advises: customer events all come from `sys` and would collide.
    """
    return hashlib.sha256(plaintext).hexdigest()


def _take_plain(keys: Receiver, query: Query, body: bytes) -> bytes:
    _demand_token(keys)
    _verify(keys, query, "signature")
    bodies.refuse_declarations(body)
    # the signature does not cover the body: one that was captured must not carry another
    replaying.demand_once(_given(query, "signature"), body, clock.now().timestamp())
    return body


def _sealed_part(body: bytes) -> str:
    usual = USUAL.fullmatch(body)
    if usual:
        return usual[2].decode("ascii")
    if body.lstrip()[:1] == b"{":
        return _sealed_member(body)
    bodies.refuse_declarations(body)
    found = SEALED.findall(body) if body.count(b"<Encrypt>") < 2 else []
    if found:
        only: bytes = found[0]
        return only.decode("ascii")
    if b"<Encrypt>" in body and b"</Encrypt>" in body:
        # compatible mode: a client may have written the element's name, so only the parser knows which one it is
        sealed = bodies.read(body).get("Encrypt")
        if isinstance(sealed, str) and sealed:
            return sealed
        raise BadCallback("malformed")
    # not parsed for a nicer word: it comes from nobody
    raise BadCallback("plain_refused" if b"<MsgType>" in body else "malformed")


def _sealed_member(body: bytes) -> str:
    bodies.refuse_depth(body)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadCallback("malformed") from None
    sealed = (data.get("Encrypt") or data.get("encrypt")) if isinstance(data, dict) else None
    if not isinstance(sealed, str):
        raise BadCallback("plain_refused")
    return sealed


def _verify(keys: Receiver, query: Query, name: str, *sealed: str) -> None:
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


def _demand_token(keys: Receiver) -> None:
    # an empty token would make every signature a known one
    if not keys.token:
        raise BadCallback("not_configured")


def _demand_keys(keys: Receiver) -> None:
    if not (keys.token and keys.aes_keys) or "" in keys.aes_keys:
        raise BadCallback("not_configured")


def _unseal(keys: Receiver, sealed: str) -> bytes:
    refusal: BadCallback | None = None
    for place, aes_key in enumerate(keys.aes_keys):
        try:
            plain = envelope.unseal(sealed, aes_key, keys.receive_id)
        except BadCallback as refused:
            refusal = refused
        else:
            if place:
                watching.opened_with_old_key(keys)
            return plain
    raise refusal or BadCallback("not_configured")
