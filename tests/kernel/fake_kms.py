"""A key service as a bank would put there: it holds the master key, we only see what it wraps."""

from __future__ import annotations

import os

from kernel import key_sources

_held: dict[bytes, bytes] = {}


class FakeKms:
    """Wraps by giving out a ticket for what it keeps."""

    name = "kms:test"

    def wrap(self, key: bytes) -> bytes:
        ticket = b"kms" + os.urandom(8)
        _held[ticket] = key
        return ticket

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return _held[bytes(wrapped)]
        except KeyError:
            raise key_sources.CannotUnwrap("the service does not know it") from None
