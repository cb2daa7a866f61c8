"""Access tokens of both sides: issued per app, superseded by the next classic one, gone after two hours."""

from __future__ import annotations

from dataclasses import dataclass

from wechat.sandbox.ids import Ids

LASTS_S = 7200
STABLE_RENEWS_S = 300


@dataclass(slots=True)
class Token:
    """One access token; `app` is "oa:<appid>" or "wx:<corpid>:<agentid>"."""

    value: str
    app: str
    kind: str
    expires: float
    dead_at: float = float("inf")


class Tokens:
    """All tokens ever issued and the current one per app and kind."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.all: dict[str, Token] = {}
        self.current: dict[tuple[str, str], Token] = {}
        self.forced: dict[str, list[float]] = {}
        self.issued = 0

    def judge(self, value: str, now: float) -> tuple[int, Token | None]:
        """(0, token) when good; else 41001 missing, 40014 unknown, 42001 expired, 40001 superseded or revoked."""
        if not value:
            return 41001, None
        token = self.all.get(value)
        if token is None:
            return 40014, None
        if now >= token.expires:
            return 42001, token
        return (40001, token) if now >= token.dead_at else (0, token)

    def renew(self, app: str, kind: str, now: float, overlap_s: float) -> Token:
        """A new token; the previous one of this kind dies after the overlap."""
        if before := self.current.get((app, kind)):
            before.dead_at = min(before.dead_at, now + overlap_s)
        token = Token(self._ids.secret(size=48), app, kind, now + LASTS_S)
        self.all[token.value] = self.current[(app, kind)] = token
        self.issued += 1
        return token

    def steady(self, app: str, kind: str, now: float, spare_s: float = 0, overlap_s: float = 0) -> Token:
        """The current token while it has more than `spare_s` left and isn't revoked, else a new one."""
        token = self.current.get((app, kind))
        if token and token.dead_at > now and token.expires - now > spare_s:
            return token
        return self.renew(app, kind, now, overlap_s)

    def revoke(self, app: str = "") -> int:
        """Void every token of one app, or of all; how many there were."""
        hit = [token for token in self.all.values() if not app or token.app == app]
        for token in hit:
            token.dead_at = 0.0
        return len(hit)
