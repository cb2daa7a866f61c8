"""What every table row has: a number of its own and the moment it was made."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.models import Model
from tortoise.timezone import now as _now

from kernel import clock, database


class Record(Model):
    """Base of all tables."""

    id: Field[int, int] = fields.BigIntField(primary_key=True)  # type: ignore[assignment]
    created_at = fields.DatetimeField(default=clock.now, db_default=_now())

    class Meta:
        abstract = True


async def reserve_ids(table: str, count: int) -> list[int]:
    """Take `count` numbers of the table's sequence, so that a sealed value can be bound to its row before the INSERT."""
    rows = await database.fetch(
        "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2::int)", table, count
    )
    return [row["id"] for row in rows]
