"""The record of API requests: what was asked, with tokens and secrets taken out, for tests to look at."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

KEEP = 20_000
BODY_BYTES = 65_536
HIDDEN = frozenset({"access_token", "secret", "corpsecret", "code", "refresh_token"})


@dataclass(slots=True)
class Entry:
    """One request and how it was answered; `errcode` None means the answer carried none."""

    number: int
    at: float
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    app: str
    status: int
    errcode: int | None
    fault: str
    ip: str = ""
    answer: bytes = b""

    def show(self) -> dict[str, Any]:
        """The entry for the control plane."""
        return {
            "n": self.number,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": {name: "***" if name in HIDDEN else value for name, value in self.query.items()},
            "body": _readable(self.body),
            "app": self.app,
            "status": self.status,
            "errcode": self.errcode,
            "fault": self.fault,
        }


class Audit:
    """The last requests and the counts of all of them."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEEP)
        self.counts: Counter[str] = Counter()
        self.total = 0

    def record(self, entry: Entry) -> None:
        """Keep one request; long bodies are cut."""
        self.total += 1
        entry.number = self.total
        entry.body = entry.body[:BODY_BYTES]
        self.entries.append(entry)
        self.counts[entry.path] += 1

    def by_rid(self, rid: str) -> Entry | None:
        """The request whose refusal carried this id."""
        mark = f"rid: {rid}".encode()
        return next((entry for entry in reversed(self.entries) if entry.errcode and mark in entry.answer), None)

    def find(self, path: str = "", since: int = 0, limit: int = 200) -> list[dict[str, Any]]:
        """The newest matching requests, oldest first; `path` is a glob, `since` a request number."""
        hits: list[Entry] = []
        for entry in reversed(self.entries):
            if entry.number <= since or len(hits) >= limit:
                break
            if not path or fnmatchcase(entry.path, path):
                hits.append(entry)
        return [entry.show() for entry in reversed(hits)]


def _readable(body: bytes) -> Any:
    if not body:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return f"<{len(body)} bytes>"
    if isinstance(found, dict):
        return {name: "***" if name in HIDDEN else value for name, value in found.items()}
    return found
