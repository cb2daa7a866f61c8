"""The envelope around callbacks: WeChat's signature over it and AES-256-CBC inside it, checked in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import threading

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

BLOCK_BYTES = 32
"""WeChat pads to 32, not to the 16 of AES."""
HEAD_BYTES = 20
"""16 random bytes and the length of the text, big endian in 4."""
OPENERS = 64
"""How many keys are kept ready in one thread."""


class BadCallback(Exception):
    """A call that is not from WeChat or not for us; `reason` is a stable word for counters and holds nothing received.

    size, signature, stale, receiver, ciphertext, plain_refused, malformed, doctype, not_configured
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts (token, timestamp, nonce and, for sealed bodies, the ciphertext), as WeChat asks."""
    joined = "".join(sorted(parts)).encode("utf-8", "replace")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()  # nosemgrep: no-broken-hash


def is_signed(signature: str, *parts: str) -> bool:
    """Whether `signature` belongs to the parts; takes as long for a near miss as for a far one."""
    return hmac.compare_digest(signature.encode("utf-8", "replace"), sign(*parts).encode())


def unseal(sealed: str, aes_key: str, receive_id: str) -> bytes:
    """The text inside a base64 ciphertext; BadCallback: ciphertext when it does not open, receiver when for another."""
    try:
        raw = binascii.a2b_base64(sealed.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadCallback("ciphertext") from None
    if len(raw) < BLOCK_BYTES or len(raw) % 16:
        raise BadCallback("ciphertext")
    plain = _open(_opener(aes_key), raw)
    pad = plain[-1]
    if not 1 <= pad <= BLOCK_BYTES or plain[-pad:] != bytes([pad]) * pad:
        raise BadCallback("ciphertext")
    end = HEAD_BYTES + int.from_bytes(plain[16:HEAD_BYTES], "big")
    if end > len(plain) - pad:
        raise BadCallback("ciphertext")
    if not hmac.compare_digest(plain[end:-pad], receive_id.encode()):
        raise BadCallback("receiver")
    return plain[HEAD_BYTES:end]


def sign_page(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Signature that lets a page use the JS-SDK; the part of the address after # does not count."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()  # nosemgrep: no-broken-hash


def seal(plain: bytes, aes_key: str, receive_id: str) -> str:
    """The base64 ciphertext of a text for WeChat: random start, length, text, receiver, padded to whole 32 bytes."""
    key = _key(aes_key)
    whole = secrets.token_bytes(16) + len(plain).to_bytes(4, "big") + plain + receive_id.encode()
    pad = BLOCK_BYTES - len(whole) % BLOCK_BYTES
    closer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = closer.update(whole + bytes([pad]) * pad) + closer.finalize()
    return base64.b64encode(sealed).decode("ascii")


def _open(opener: tuple[CipherContext, bytes], raw: bytes) -> bytes:
    # CBC by hand: one context that is kept and one XOR over the whole cost a third of a new context for each body
    context, start = opener
    blocks = int.from_bytes(context.update(raw), "big")
    return (blocks ^ int.from_bytes(start + raw[:-16], "big")).to_bytes(len(raw), "big")


def _opener(aes_key: str) -> tuple[CipherContext, bytes]:
    # a context is for one thread only
    kept: dict[str, tuple[CipherContext, bytes]] = _openers.__dict__
    if aes_key not in kept:
        key = _key(aes_key)
        if len(kept) >= OPENERS:
            kept.clear()
        # bare blocks, because the chaining is ours: this never seals anything
        bare = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305  # nosec B305
        kept[aes_key] = (bare, key[:16])
    return kept[aes_key]


def _key(aes_key: str) -> bytes:
    try:
        key = base64.b64decode(aes_key + "=")
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise BadCallback("not_configured")
    return key


_openers = threading.local()
