"""Clients with daily balances, written straight into the table that the import fills."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from community.clients.models import Client
from kernel import database

WAN = 10_000_00


async def fill(client_id: int, first: date, balances_fen: Sequence[int], deposits_fen: Sequence[int] = ()) -> None:
    """One balance a day from `first` on; deposits are the same unless given."""
    days = [first + timedelta(days=n) for n in range(len(balances_fen))]
    await database.execute(
        """INSERT INTO client_day (client_id, day, total_fen, deposit_fen)
           SELECT $1, * FROM unnest($2::date[], $3::bigint[], $4::bigint[])""",
        client_id,
        days,
        list(balances_fen),
        list(deposits_fen or balances_fen),
    )


async def client_with_months(first: date, averages_fen: Sequence[int]) -> Client:
    """A client whose balance is level within each month from `first` (a first of month) on."""
    client = await Client.create(source="test")
    month, balances = first, list[int]()
    for average in averages_fen:
        days = calendar.monthrange(month.year, month.month)[1]
        balances += [average] * days
        month += timedelta(days=days)
    await fill(client.id, first, balances)
    return client
