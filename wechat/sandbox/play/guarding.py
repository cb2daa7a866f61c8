"""Who may steer the sandbox from a browser: only the play pages themselves, opened at a loopback name.

The sandbox has no accounts, so a page from elsewhere in the same browser is the one danger: each form carries a key
that only our own pages show, the Origin must be our own, and a name that merely resolves to loopback is refused.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

FORM_KEY = "form_key"
OWN_SITES = ("same-origin", "none")
NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """The key of this server's forms, and the question whether a request may act or look."""

    def __init__(self, allow_remote: bool) -> None:
        self.key = secrets.token_urlsafe(24)
        self._remote = allow_remote

    def may_look(self, request: Request) -> bool:
        """Whether the page was asked for under a name of this machine: no stranger's name points here."""
        return self._remote or (urlsplit(f"//{request.headers.get('host', '')}").hostname or "") in NAMES

    def may_act(self, request: Request, given_key: str) -> bool:
        """Whether a form comes from our own page."""
        origin = request.headers.get("origin")
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if origin is not None and origin != own:
            return False
        if request.headers.get("sec-fetch-site", "same-origin") not in OWN_SITES:
            return False
        return hmac.compare_digest(given_key.encode(), self.key.encode())
