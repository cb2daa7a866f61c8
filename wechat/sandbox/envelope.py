"""Sealing and signing of callbacks as WeChat does it, written apart from the product so that no bug is shared."""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts: token, timestamp, nonce and, for sealed bodies, the ciphertext."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def encrypt(text: str, aes_key: str, receive_id: str, random: bytes | None = None) -> str:
    """Base64 ciphertext of 16 random bytes + length + text + receive id; `random` only for known answers."""
    body = text.encode()
    plain = (random or secrets.token_bytes(16)) + struct.pack(">I", len(body)) + body + receive_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    key = _key(aes_key)
    sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([pad]) * pad) + sealer.finalize()).decode()


def decrypt(sealed: str, aes_key: str) -> tuple[str, str]:
    """(text, receive id) of a sealed passive reply; ValueError when it isn't one."""
    raw = base64.b64decode(sealed, validate=True)
    if not raw or len(raw) % 16:
        raise ValueError("ciphertext is not whole blocks")
    key = _key(aes_key)
    opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = opener.update(raw) + opener.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise ValueError("padding is wrong")
    plain = plain[:-pad]
    if len(plain) < 20:
        raise ValueError("too short")
    (length,) = struct.unpack(">I", plain[16:20])
    if 20 + length > len(plain):
        raise ValueError("length exceeds the body")
    return plain[20 : 20 + length].decode(), plain[20 + length :].decode()


def new_nonce() -> str:
    """A nonce as WeChat writes them: decimal digits."""
    return str(secrets.randbelow(9_000_000_000) + 1_000_000_000)


def _key(aes_key: str) -> bytes:
    key = base64.b64decode(aes_key + "=")
    if len(key) != 32:
        raise ValueError("an EncodingAESKey has 43 characters")
    return key
