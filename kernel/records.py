"""What every table row has: a number of its own and the moment it was made."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from kernel import clock, database


class Record(Model):
    """Base of all tables."""

    id: int = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(default=clock.now, db_default=Now())

    class Meta:
        abstract = True


async def reserve_ids(table: str, count: int) -> list[int]:
    """Take `count` numbers of the table's sequence: a sealed value is bound to its row before the INSERT."""
    rows = await database.fetch(
        "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2::int)", table, count
    )
    return [row["id"] for row in rows]
