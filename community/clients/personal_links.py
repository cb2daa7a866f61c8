"""Personal addresses for one client's pages: signed, naming nobody, refused in one sentence when they are no good."""

from __future__ import annotations

from kernel import settings, signing
from kernel.errors import NotFound


def address(purpose: str, page: str, number: int) -> str:
    """The public address of a client page (`invitations`, `livestreams`, ...) for row `number`."""
    return f"{settings.get().public_url}/p/{page}/{signing.sign(purpose, number)}"


def number_in(purpose: str, token: str, *, days: int) -> int:
    """The row that a token of this purpose names; NotFound when it was altered, is for something else, or too old."""
    try:
        return signing.read(purpose, token, days=days)
    except signing.BadToken as error:
        raise no_good() from error


def no_good() -> NotFound:
    """What is said to a client whose link leads nowhere any more."""
    return NotFound("这个链接已失效，请联系您的客户经理")
