"""What a pass found to differ between WeChat and us: counted, with a few masked samples, and how much was mended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kernel import database

SAMPLES = 5
NOTE = """
INSERT INTO reconcile_drift AS d (run_id, what, kind, field, count, mended, samples)
VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
ON CONFLICT (run_id, what, kind, field) DO UPDATE SET count = d.count + excluded.count,
  mended = d.mended + excluded.mended,
  samples = CASE WHEN jsonb_array_length(d.samples) < $8 THEN d.samples || excluded.samples ELSE d.samples END
"""


async def note(
    run_id: int,
    what: str,
    kind: str,
    count: int,
    *,
    mended: int | None = None,
    field: str = "",
    samples: Iterable[tuple[str, int | None]] = (),
) -> None:
    """Add to a pass's report; samples: (platform id, number of our own row or None). mended None: all of them."""
    if count <= 0:
        return
    shown = [sample(*one) for one, _ in zip(samples, range(SAMPLES), strict=False)]
    await database.execute(
        NOTE, run_id, what, kind, field, count, count if mended is None else mended, json.dumps(shown), SAMPLES
    )


async def mend(run_id: int, what: str, kind: str, count: int) -> None:
    """More of what was noted has been made equal."""
    sql = "UPDATE reconcile_drift SET mended = least(count, mended + $4) WHERE run_id = $1 AND what = $2 AND kind = $3"
    await database.execute(sql, run_id, what, kind, count)


async def of_runs(run_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The reports of passes: what, kind, field, count, mended, samples."""
    sql = """
    SELECT run_id, what, kind, field, count, mended, samples FROM reconcile_drift
    WHERE run_id = ANY($1::bigint[]) ORDER BY what, kind, field
    """
    found: dict[int, list[dict[str, Any]]] = {run_id: [] for run_id in run_ids}
    for row in await database.fetch(sql, list(run_ids)):
        found[row.pop("run_id")].append({**row, "samples": json.loads(row["samples"])})
    return found


def sample(platform_id: str, row_id: int | None) -> dict[str, Any]:
    """One example: enough of the id to recognise it, too little to address anybody."""
    shown = f"{platform_id[:2]}****{platform_id[-4:]}" if len(platform_id) > 8 else "****"
    return {"id": shown, "row": row_id}
