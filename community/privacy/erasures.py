"""Carrying out the erasures that a second person agreed to, and the evidence of each."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from community.privacy import erasing, retained
from community.privacy.models import PrivacyRequest
from community.privacy.requests import SUBJECT
from kernel import clock, database
from staff import audit

LATE_FOR = timedelta(hours=6)
"""No callback, import or send that was under way during an erasure still writes after so long."""
APPROVED = "SELECT id FROM privacy_request WHERE kind = 'erase' AND state = 'approved' ORDER BY id LIMIT 1000"


async def erase_approved() -> int:
    """Carry out every erasure that was agreed to; for the clock and after a yes. How many requests were done."""
    rows = await database.fetch(APPROVED)
    return await erase_now([row["id"] for row in rows])


async def erase_late() -> int:
    """Erase once more what was written about somebody while they were erased; for the clock. How many people."""
    async with database.transaction():
        shells = await erasing.erase_late(clock.now() - LATE_FOR)
        for one in shells:
            await audit.record(None, "privacy.erased_again", "client", one)
    return len(shells)


async def erase_now(request_ids: list[int]) -> int:
    """Carry out agreed erasures together, with one evidence for each; those not agreed to or done are left alone."""
    async with database.transaction():
        found = PrivacyRequest.filter(id__in=request_ids, kind="erase", state="approved").order_by("id")
        wanted = await found.select_for_update()
        if not wanted:
            return 0
        touched = await erasing.erase([request.client_id for request in wanted])
        now = clock.now()
        for request in wanted:
            request.state, request.handled_at, request.answer = "done", now, retained.BEYOND_US
            request.wish_sealed = request.change_sealed = None
            request.evidence = _evidence(request, len(wanted), touched)
            await request.save()
            await audit.record(
                None, "privacy.erased", SUBJECT, request.id, client=request.client_id, hash=request.evidence["hash"]
            )
    return len(wanted)


def is_whole(evidence: dict[str, Any]) -> bool:
    """Whether the evidence of an erasure is what was written down then."""
    return evidence.get("hash") == _digest({key: value for key, value in evidence.items() if key != "hash"})


def _evidence(request: PrivacyRequest, together: int, touched: dict[str, int]) -> dict[str, Any]:
    assert request.handled_at is not None
    told: dict[str, Any] = {
        "request": request.id,
        "client": request.client_id,
        "asked_at": request.created_at.isoformat(),
        "due_at": request.due_at.isoformat(),
        "erased_at": request.handled_at.isoformat(),
        "approved_by": request.handled_by_id,
        "clients_together": together,
        "tables": touched,
        "retained": [one._asdict() for one in retained.RETAINED],
        "beyond_us": retained.BEYOND_US,
    }
    return told | {"hash": _digest(told)}


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
