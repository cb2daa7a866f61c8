"""Benefits and their grants: once per client, benefit and period."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record


class Benefit(Record):
    """Something a tier entitles to; period month, quarter or year; stock null means without limit."""

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=80)
    description = fields.CharField(max_length=300, default="", db_default="")
    kind = fields.CharField(max_length=20)
    tier = fields.CharField(max_length=20)
    period = fields.CharField(max_length=8, default="quarter", db_default="quarter")
    value_fen = fields.BigIntField(default=0, db_default=0)
    stock = fields.IntField(null=True)
    is_active = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "benefit"


class Grant(Record):
    """A benefit given to a client for one period (2026, 2026Q4 or 2026-11); state granted, redeemed or reversed."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    benefit: fields.ForeignKeyRelation[Benefit] = fields.ForeignKeyField("loyalty.Benefit", on_delete=fields.RESTRICT)
    benefit_id: int
    period = fields.CharField(max_length=8)
    state = fields.CharField(max_length=12, default="granted", db_default="granted")
    cause = fields.CharField(max_length=40, default="", db_default="")
    told_at = fields.DatetimeField(null=True)
    told_how = fields.CharField(max_length=20, default="", db_default="")
    tellings = fields.IntField(default=0, db_default=0)
    tried_on = fields.DateField(null=True)
    redeemed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "grant_"
        unique_together = (("client_id", "benefit_id", "period"),)
        indexes = (("told_at", "created_at"),)
