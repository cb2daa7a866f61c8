"""The heads of the chain, outside the database: lines that are only appended, each bound to the one before it.

Whoever rewrites the whole database, chain and all, must also rewrite this file; keep it on another volume, or ship its
lines to a place where the database's owner can't write.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from kernel import settings
from staff import audit_mac

_NOTHING = "0" * 64
_LONGEST_LINE = 1_000


class Head(NamedTuple):
    """Up to where the chain went at a moment. problem: what is wrong with the line itself, empty when it is sound."""

    line: int
    position: int
    hash: str
    problem: str = ""


def path() -> Path:
    """The file of this installation."""
    now = settings.get()
    return Path(now.audit_head_file) if now.audit_head_file else Path(now.data_dir) / "audit-heads.log"


def append(position: int, chain_hash: str, at: datetime) -> bool:
    """Write down, safe on disk, that the chain reaches to `position`; False when the file already says so or more."""
    where = path()
    where.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(where, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "r+b") as file:
        # two writers on one machine: the lock goes with the process, however it ends
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_line(file.fileno())
        if last and _reached(last) >= position:
            return False
        if last and not last.endswith(b"\n"):
            # a line that a crash cut short is ended, and shows as broken
            os.write(file.fileno(), b"\n")
        before = hashlib.sha256(last.rstrip(b"\n")).hexdigest() if last else _NOTHING
        os.write(file.fileno(), _line(position, chain_hash, at, before))
        os.fsync(file.fileno())
    return True


def read(where: Path) -> Iterator[Head]:
    """Every head in order, a line at a time; a line that is not ours or not in its place says so in `problem`."""
    before, reached = _NOTHING, 0
    with where.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            said = raw.rstrip(b"\n")
            head = _parse(number, said, before, reached)
            yield head
            before, reached = hashlib.sha256(said).hexdigest(), max(reached, head.position)


def _line(position: int, chain_hash: str, at: datetime, before: str) -> bytes:
    said = json.dumps({"position": position, "hash": chain_hash, "at": at.isoformat(), "before": before})
    return f"{said} {_mac(said)}\n".encode()


def _parse(number: int, raw: bytes, before: str, reached: int) -> Head:
    said, _space, proof = raw.decode(errors="replace").rpartition(" ")
    try:
        facts = json.loads(said)
        position, chain_hash = int(facts["position"]), str(facts["hash"])
    except (ValueError, KeyError, TypeError):
        return Head(number, 0, "", "unreadable")
    if not hmac.compare_digest(_mac(said), proof):
        return Head(number, position, chain_hash, "forged")
    if facts.get("before") != before or position <= reached:
        return Head(number, position, chain_hash, "line_missing")
    return Head(number, position, chain_hash)


def _mac(said: str) -> str:
    return hmac.digest(audit_mac.key(), b"head|" + said.encode(), "sha256").hex()


def _last_line(number: int) -> bytes:
    size = os.fstat(number).st_size
    tail = os.pread(number, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
    lines = tail.splitlines(keepends=True)
    return lines[-1] if lines else b""


def _reached(line: bytes) -> int:
    try:
        return int(json.loads(line.decode().rpartition(" ")[0])["position"])
    except (ValueError, KeyError, TypeError):
        return 0
