"""Part of a client's page: benefits that can be used or taken back, and the points with their last movements."""

from __future__ import annotations

from typing import Any

from loyalty.rewards import points, points_kinds
from web.language import gettext as _

SHOWN = 6


async def part(client_id: int) -> dict[str, Any]:
    """What the page shows of points."""
    return {
        "points_balance": await points.balance(client_id),
        "points_history": await points.history(client_id, SHOWN),
        "points_kinds": {code: _(kind.label) for code, kind in points_kinds.KINDS.items()},
    }
