"""One signature, one body: where WeChat's signature does not cover what is said (plain mode), it counts only once."""

from __future__ import annotations

import hashlib

from wechat.envelope import BadCallback

REMEMBERED_S = 1260
"""Longer than a signature can be fresh: twice the window of `wechat.callbacks`, and a minute."""
CAPACITY = 50_000
_seen: dict[str, tuple[float, bytes]] = {}
"""Signature -> (when, what it carried), in this process; only verified ones come here, so no stranger can fill it."""


def demand_once(signature: str, body: bytes, now: float) -> None:
    """BadCallback(signature) when this signature has carried another body; the same body again is WeChat's retry."""
    carried = hashlib.sha256(body).digest()
    _, before = _seen.setdefault(signature, (now, carried))
    if before != carried:
        raise BadCallback("signature")
    # the oldest come first, so this stops at the first fresh one
    while _seen:
        oldest = next(iter(_seen))
        if len(_seen) <= CAPACITY and now - _seen[oldest][0] <= REMEMBERED_S:
            return
        del _seen[oldest]


def forget() -> None:
    """Know no signature any more (tests)."""
    _seen.clear()
