"""Signed tokens for personal links and tickets: nobody can make one up, and each says what it is for."""

from __future__ import annotations

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


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.get().secret_key, salt=f"huiliu.{purpose}")
