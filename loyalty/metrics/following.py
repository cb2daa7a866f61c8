"""What follows a statement file: outflows are noticed and figures counted for the days that it brought."""

from __future__ import annotations

from datetime import date, timedelta

from kernel import database
from loyalty.assets.models import ImportRun
from loyalty.metrics import outflows, snapshot
from loyalty.metrics.deposit_return import DAYS, STANDARD


async def follow_import(run_id: int) -> None:
    """Bring outflows and figures up to date after one import; safe to repeat, nothing to do for a client file."""
    run = await ImportRun.get_or_none(id=run_id)
    if run is not None and run.figures.get("booked_from"):
        await follow_days(
            date.fromisoformat(run.figures["booked_from"]), date.fromisoformat(run.figures["booked_until"])
        )


async def follow_days(first: date, last: date) -> None:
    """Outflows and figures of these days, and of later ones that lean on them."""
    until = await database.fetch_value("SELECT max(day) FROM client_day") or last
    lean = STANDARD.window_days + STANDARD.trailing_days
    await outflows.notice_all(first, min(last + timedelta(days=lean), until))
    await snapshot.take(first, min(last + timedelta(days=lean + DAYS), until))


async def follow_newest(days: int = 45) -> None:
    """The nightly pass over the newest days, for whatever was missed or linked later."""
    newest = await database.fetch_value("SELECT max(day) FROM client_day")
    if newest:
        await follow_days(newest - timedelta(days=days), newest)
