"""What an audit entry says as bytes, the keyed proof made when it is written, and its hash in the chain."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from kernel import settings

FIRST = "0" * 64
"""The hash before the first link."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Entry(NamedTuple):
    """One row of audit_entry as its proofs see it; `detail` is the text that PostgreSQL gives for the jsonb value."""

    id: int
    at_us: int
    staff_id: int | None
    action: str
    subject: str
    subject_id: int | None
    detail: str
    request_id: str
    mac: str = ""


def microseconds(moment: datetime) -> int:
    """A moment as whole microseconds since 1970, which is exactly what the database keeps."""
    return (moment - _EPOCH) // _MICROSECOND


def canonical(entry: Entry) -> bytes:
    """The entry without its proof, always the same bytes for the same content."""
    return _encode(entry[:8]).encode()


def mac(entry: Entry) -> str:
    """The proof that we wrote this entry: HMAC-SHA256 over its canonical form, in hex."""
    return hmac.digest(key(), canonical(entry), "sha256").hex()


def is_ours(entry: Entry) -> bool:
    """Whether the entry still is what was written."""
    return hmac.compare_digest(mac(entry), entry.mac)


def examine(previous: str, entry: Entry) -> tuple[bool, str]:
    """Both at once, for whoever looks at a million: whether the entry is ours, and what its link's hash must be."""
    said = canonical(entry)
    proof = hmac.digest(key(), said, "sha256").hex()
    chain_hash = hashlib.sha256(previous.encode() + said + entry.mac.encode()).hexdigest()
    return hmac.compare_digest(proof, entry.mac), chain_hash


def chained(previous: str, entry: Entry) -> str:
    """The hash of a link: SHA-256 over the hash before, the entry and its proof; anybody can check it, keyless."""
    return hashlib.sha256(previous.encode() + canonical(entry) + entry.mac.encode()).hexdigest()


@functools.lru_cache(maxsize=1)
def key() -> bytes:
    """The audit's own key: the setting `audit_key`, else derived from the secret key."""
    now = settings.get()
    if now.audit_key:
        return base64.b64decode(now.audit_key)
    return hmac.digest(now.secret_key.encode(), b"huiliu.audit", "sha256")


def forget() -> None:
    """Drop the cached key (tests that change the settings)."""
    key.cache_clear()


_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
