"""Personal data at rest: AES-256-GCM bound to table, column and row, and blind indexes for exact search.

The two bytes in front of every sealed value name the epoch of its key; `kernel.keyring` knows the keys.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from tortoise import Tortoise

from kernel import keyring, settings

EPOCH_BYTES = 2
NONCE_BYTES = 12
INDEX_HEX = 32


class Unreadable(Exception):
    """A sealed value does not open: its key is gone, it was altered, or it was moved from another row."""


@dataclass(frozen=True)
class Column:
    """Where sealed values are kept, and how each is bound to its place: what a rotation of the keys must know.

    bound_as: the name given to `seal` as column; empty where each row has a name of its own, which `bound_by`, an SQL
    expression over the row, tells. row: SQL expression of the number given to `seal` as row. Every package lists its
    own in `SEALED` at the end of the models.py that has the table.
    """

    table: str
    column: str
    bound_as: str
    row: str = "id"
    bound_by: str = ""


def columns() -> tuple[Column, ...]:
    """Every column that holds sealed values, as the tables that the ORM knows tell."""
    modules = {model.__module__: None for app in (Tortoise.apps or {}).values() for model in app.values()}
    return tuple(column for name in modules for column in getattr(sys.modules[name], "SEALED", ()))


def seal(text: str, *, table: str, column: str, row: int) -> bytes:
    """Seal `text` for this one place. Layout: epoch (2 bytes, big endian), nonce (12), ciphertext with tag."""
    epoch, cipher = keyring.sealing(table)
    nonce = os.urandom(NONCE_BYTES)
    return epoch + nonce + cipher.encrypt(nonce, text.encode(), f"{table}|{column}|{row}".encode())


def seal_each(bodies: Sequence[bytes], *, table: str, column: str, rows: Sequence[int]) -> list[bytes]:
    """Seal many texts (UTF-8), each for its own row of one column: as `seal`, with one look at the key for all."""
    epoch, cipher = keyring.sealing(table)
    nonces = os.urandom(NONCE_BYTES * len(rows))
    sealed = []
    for place, (body, row) in enumerate(zip(bodies, rows, strict=True)):
        nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
        sealed.append(epoch + nonce + cipher.encrypt(nonce, body, f"{table}|{column}|{row}".encode()))
    return sealed


def unseal(blob: bytes, *, table: str, column: str, row: int) -> str:
    """Open a value sealed for this place; raises Unreadable when it was altered or belongs elsewhere."""
    cipher = keyring.opening(blob[:2], table)
    if cipher is None:
        raise Unreadable(f"{table}.{column} of row {row}: there is no key for it")
    try:
        return cipher.decrypt(blob[2:14], blob[14:], f"{table}|{column}|{row}".encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"{table}.{column} of row {row}") from error


def blind_index(field: str, text: str) -> str:
    """Keyed hash of a normalised value (spaces, case dropped), 32 hex characters; each field has a key of its own."""
    normal = "".join(text.split()).casefold()
    return hmac.new(_index_key(field), normal.encode(), hashlib.sha256).hexdigest()[:INDEX_HEX]


def forget() -> None:
    """Drop cached keys (tests that change the settings)."""
    keyring.forget()
    _index_key.cache_clear()


@functools.lru_cache(maxsize=64)
def _index_key(field: str) -> bytes:
    return hmac.new(base64.b64decode(settings.get().index_key), f"index|{field}".encode(), hashlib.sha256).digest()
