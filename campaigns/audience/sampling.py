"""Who is held out and who gets which version: salted hashes of the client, the same in SQL and in Python.

Anybody can check a draw. The two draws of a campaign are independent of each other: which version a person gets says
nothing about whether the person was drawn into the control group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

BUCKETS = 10_000
OF_VARIANT = "|variant"
"""What the campaign's salt is lengthened by for the draw of versions."""
OF_SPREAD = "|spread"
"""And for the moment within the hours over which its messages are spread."""

Shares = Sequence[tuple[str, int]]
"""Versions with their percent of the treated people, in order; together 100."""


def bucket(salt: str, client_id: int | str) -> int:
    """0 to 9,999, uniform over clients; md5 serves as a mixer here, not as protection."""
    digest = hashlib.md5(f"{salt}|{client_id}".encode(), usedforsecurity=False).hexdigest()  # nosemgrep: no-broken-hash
    return int(digest[:7], 16) % BUCKETS


def bucket_sql(salt: str, client_id: str) -> str:
    """The same number as an SQL expression; both arguments are SQL expressions of our own (a parameter, a column)."""
    return f"('x' || left(md5({salt}::text || '|' || {client_id}::text), 7))::bit(28)::int % {BUCKETS}"


def arm(bucket_number: int, control_percent: int) -> str:
    """The lowest buckets are the control group."""
    return "control" if bucket_number < control_percent * BUCKETS // 100 else "treated"


def variant(salt: str, client_id: int | str, shares: Shares) -> str:
    """The version that a person gets, "A" where there is only one: always the same, exactly one."""
    number = bucket(salt + OF_VARIANT, client_id)
    for code, limit in _limits(shares):
        if number < limit:
            return code
    return shares[-1][0] if shares else "A"


def variant_sql(salt: str, client_id: str, shares: Shares) -> str:
    """The same letter as an SQL expression; the codes are letters of our own, checked where they are saved."""
    if len(shares) < 2:
        return f"'{shares[0][0]}'" if shares else "'A'"
    number = bucket_sql(f"({salt}::text || '{OF_VARIANT}')", client_id)
    rungs = " ".join(f"WHEN {number} < {limit} THEN '{code}'" for code, limit in _limits(shares)[:-1])
    return f"CASE {rungs} ELSE '{shares[-1][0]}' END"


def _limits(shares: Shares) -> list[tuple[str, int]]:
    """Each version with the bucket that it ends before."""
    found, end = [], 0
    for code, share in shares:
        end += share * BUCKETS // 100
        found.append((code, end))
    return found
