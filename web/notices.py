"""The sentence shown on the next page after a change, with an undo where there is one; carried in a signed cookie."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from kernel import settings
from web import cookies

COOKIE = "huiliu_notice"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened; `undo` is the address to POST to take it back; `tone` is good, warn or bad."""

    text: str
    undo: str = ""
    tone: str = "good"


def leave(response: Response, text: str, *, undo: str = "", tone: str = "good") -> None:
    """Show this on the next page. The text names things and counts, never a client."""
    value = _signer().dumps(asdict(Notice(text, undo, tone)))
    cookies.put(response, COOKIE, str(value), SECONDS)


def read(request: Request) -> Notice | None:
    """The notice left by the last request, if it is ours and fresh."""
    try:
        return Notice(**_signer().loads(cookies.read(request, COOKIE), max_age=SECONDS))
    except (BadData, TypeError):
        return None


def forget(response: Response) -> None:
    """It was shown."""
    cookies.drop(response, COOKIE)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.get().secret_key, salt="notice")
