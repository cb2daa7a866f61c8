"""Names for things the sandbox makes: people and groups follow the seed, one-time values never repeat."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time


class Ids:
    """A source of ids: the same seed gives the same people, but no message id ever comes twice."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.taken = 0
        self._number = int(time.time() * 1000) << 12

    def take(self, prefix: str, length: int = 30) -> str:
        """The next seeded id: person, group, ticket."""
        self.taken += 1
        return self.named(prefix, str(self.taken), length)

    def named(self, prefix: str, key: str, length: int = 30) -> str:
        """The id that belongs to a key, whatever was made before: the same seed and key give the same id."""
        digest = hashlib.blake2b(f"{self._seed}:{prefix}:{key}".encode(), digest_size=32).digest()
        text = base64.b64encode(digest, altchars=b"ab").decode().rstrip("=")
        return prefix + text[: length - len(prefix)]

    def number(self) -> int:
        """The next message id: 64 bit, rising, also after a restart."""
        self._number += 1
        return self._number

    def secret(self, prefix: str = "", size: int = 24) -> str:
        """A value nobody can guess or have seen: tokens, codes, job ids."""
        return prefix + secrets.token_urlsafe(size)
