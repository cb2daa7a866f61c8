"""Personal data at rest: AES-256-GCM bound to table, column and row, and blind indexes for exact search."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel import settings

NONCE_BYTES = 12
INDEX_HEX = 32


class Unreadable(Exception):
    """A sealed value does not open: wrong key, altered, or moved from another row."""


def seal(text: str, *, table: str, column: str, row: int) -> bytes:
    """Seal `text` for this one place. Layout: key id (2 bytes, big endian), nonce (12), ciphertext with tag."""
    key_id = settings.get().sealing_key_id.to_bytes(2, "big")
    nonce = os.urandom(NONCE_BYTES)
    return key_id + nonce + _cipher().encrypt(nonce, text.encode(), _place(table, column, row))


def unseal(blob: bytes, *, table: str, column: str, row: int) -> str:
    """Open a value sealed for this place; raises Unreadable when it was altered or belongs elsewhere."""
    nonce, body = blob[2 : 2 + NONCE_BYTES], blob[2 + NONCE_BYTES :]
    try:
        return _cipher().decrypt(nonce, body, _place(table, column, row)).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"{table}.{column} of row {row}") from error


def blind_index(field: str, text: str) -> str:
    """Keyed hash of a normalised value (spaces, case dropped), 32 hex characters; each field has a key of its own."""
    normal = "".join(text.split()).casefold()
    return hmac.new(_index_key(field), normal.encode(), hashlib.sha256).hexdigest()[:INDEX_HEX]


def forget() -> None:
    """Drop cached keys (tests that change the settings)."""
    _cipher.cache_clear()
    _index_key.cache_clear()


@functools.lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(base64.b64decode(settings.get().sealing_key))


@functools.lru_cache(maxsize=64)
def _index_key(field: str) -> bytes:
    return hmac.new(base64.b64decode(settings.get().index_key), f"index|{field}".encode(), hashlib.sha256).digest()


def _place(table: str, column: str, row: int) -> bytes:
    return f"{table}|{column}|{row}".encode()
