"""Where the master key lives that wraps every data key: behind one small interface, so that a KMS can be put there.

A bank with a KMS or HSM writes a class with `name`, `wrap` and `unwrap` and names it in HUILIU_KEY_SOURCE
(`package.module.Class`, made without arguments). Both methods may block: they are never called on an event loop.
"""

from __future__ import annotations

import base64
import importlib
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel import settings

PURPOSE = b"huiliu|data_key"
NONCE_BYTES = 12


class CannotUnwrap(Exception):
    """The master key at hand does not open a data key: another key, an altered value, or a source that is away."""


class KeySource(Protocol):
    """Wraps data keys (34 bytes) under a master key that never leaves the source."""

    name: str

    def wrap(self, key: bytes) -> bytes:
        """The key, closed under the present master key."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key again; raises CannotUnwrap."""


class FromSettings:
    """The master key is HUILIU_SEALING_KEY (or the file that HUILIU_SEALING_KEY_FILE names): AES-256-GCM."""

    name = "HUILIU_SEALING_KEY"

    def wrap(self, key: bytes) -> bytes:
        """The key, closed under the present master key. Layout: nonce (12), ciphertext with tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + _cipher(settings.get().sealing_key).encrypt(nonce, key, PURPOSE)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key again; while the master key is being changed also from under the previous one."""
        for master in filter(None, (settings.get().sealing_key, settings.get().sealing_key_previous)):
            try:
                return _cipher(master).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], PURPOSE)
            except (InvalidTag, ValueError):
                continue
        raise CannotUnwrap("HUILIU_SEALING_KEY is not the key under which the data keys were wrapped")


def chosen() -> KeySource:
    """The source that the setting names."""
    module, _, name = settings.get().key_source.rpartition(".")
    source: KeySource = getattr(importlib.import_module(module), name)()
    return source


def wrapped_by(name: str) -> KeySource:
    """The source that opens a key wrapped by the source of this name.

    That is the chosen one, but for keys that are still wrapped under the setting while a bank goes over to its KMS.
    """
    return FromSettings() if name == FromSettings.name else chosen()


def _cipher(master: str) -> AESGCM:
    # not the master key itself: older values were sealed with that one directly
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE)
    return AESGCM(derive.derive(base64.b64decode(master)))
