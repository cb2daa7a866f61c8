"""What clients write to us, sealed, and whether somebody answered."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel import sealing
from kernel.records import Record


class Inbound(Record):
    """One message a client sent; `text_sealed` is sealed (table `inbound`)."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    channel = fields.CharField(max_length=20)
    msgid = fields.CharField(max_length=80, unique=True)
    text_sealed = fields.BinaryField(null=True)
    at = fields.DatetimeField()
    answered_by = fields.CharField(max_length=20, default="", db_default="")

    class Meta:
        table = "inbound"
        indexes = (("client_id", "at"),)


SEALED = (sealing.Column("inbound", "text_sealed", "text_sealed"),)
