"""Outflows that were noticed, and figures kept by day."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record


class Outflow(Record):
    """A loss of deposits at day zero (type O of the definition of record): amount, and the level after it, in fen."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    on_day = fields.DateField()
    amount_fen = fields.BigIntField()
    base_fen = fields.BigIntField(null=True)

    class Meta:
        table = "outflow"
        unique_together = (("client_id", "on_day"),)
        indexes = (("on_day",),)


class DailyFigure(Record):
    """One figure of the catalogue on one day for one branch (0: the whole bank); value in the figure's own unit."""

    figure = fields.CharField(max_length=40)
    day = fields.DateField()
    branch_id = fields.BigIntField(default=0, db_default=0)
    value = fields.FloatField()

    class Meta:
        table = "daily_figure"
        unique_together = (("figure", "branch_id", "day"),)
