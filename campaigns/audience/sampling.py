"""Who is held out: a salted hash of the client, the same in SQL and in Python, so that anybody can check a draw."""

from __future__ import annotations

import hashlib

BUCKETS = 10_000


def bucket(salt: str, client_id: int) -> int:
    """0 to 9,999, uniform over clients; md5 serves as a mixer here, not as protection."""
    digest = hashlib.md5(f"{salt}|{client_id}".encode(), usedforsecurity=False).hexdigest()  # nosemgrep: no-broken-hash
    return int(digest[:7], 16) % BUCKETS


def bucket_sql(salt: str, client_id: str) -> str:
    """The same number as an SQL expression; both arguments are SQL expressions of our own (a parameter, a column)."""
    return f"('x' || left(md5({salt}::text || '|' || {client_id}::text), 7))::bit(28)::int % {BUCKETS}"


def arm(bucket_number: int, control_percent: int) -> str:
    """The lowest buckets are the control group."""
    return "control" if bucket_number < control_percent * BUCKETS // 100 else "treated"
