"""Signed tokens for personal links and tickets: nobody can make one up, and each says what it is for."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from kernel import settings

DAY = 86_400


class BadToken(Exception):
    """The token was altered, made for something else, or is too old."""


def sign(purpose: str, number: int) -> str:
    """A URL-safe token that names row `number` for one purpose; it holds no personal data."""
    return _serializer(purpose).dumps(number)


def read(purpose: str, token: str, days: int = 60) -> int:
    """The number that a token of this purpose names; BadToken for anything else or after `days`."""
    try:
        number = _serializer(purpose).loads(token, max_age=days * DAY)
    except BadData as error:
        raise BadToken(purpose) from error
    if not isinstance(number, int):
        raise BadToken(purpose)
    return number


def token_hash(token: str) -> str:
    """What a row keeps of a random token: who reads the row can't use the link or the session; 64 hex characters."""
    return hashlib.sha256(token.encode()).hexdigest()


def content_hash(content: Any) -> str:
    """SHA-256 of the canonical JSON of plain content: keys sorted, no spaces, text as it is."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """A hash that nobody without the secret key can make or try out; 64 hex characters, another one per purpose."""
    key = hmac.new(settings.get().secret_key.encode(), f"hash|{purpose}".encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.get().secret_key, salt=f"huiliu.{purpose}")
