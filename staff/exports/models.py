"""Exports: what was asked for and why, and the sealed file until it is fetched or its day is over."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel import sealing
from kernel.records import Record
from staff.models import Staff


class Export(Record):
    """One file asked for; state waiting (for approval), preparing, ready, fetched, expired, refused or failed.

    params: what the producer of this kind needs, no personal data. token_hash: of the one-time link. watermark: what
    the trailing spaces of this copy are derived from. leased_until: a worker prepares the file until then.
    """

    kind = fields.CharField(max_length=40)
    params: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")
    reason = fields.CharField(max_length=300)
    asked_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    asked_by_id: int
    state = fields.CharField(max_length=12, default="preparing", db_default="preparing")
    rows = fields.IntField(default=0, db_default=0)
    file_name = fields.CharField(max_length=120, default="", db_default="")
    problem = fields.CharField(max_length=300, default="", db_default="")
    token_hash = fields.CharField(max_length=64, default="", db_default="")
    watermark = fields.CharField(max_length=64, default="", db_default="")
    ready_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    file_bytes = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "export"
        indexes = (("asked_by_id", "created_at"), ("state", "expires_at"))


class ExportPart(Record):
    """One piece of an export's file, sealed (table `export_part`, column `body`, bound to its own row)."""

    export: fields.ForeignKeyRelation[Export] = fields.ForeignKeyField("staff.Export", on_delete=fields.CASCADE)
    export_id: int
    position = fields.IntField()
    body_sealed = fields.BinaryField()

    class Meta:
        table = "export_part"
        unique_together = (("export_id", "position"),)


SEALED = (sealing.Column("export_part", "body_sealed", "body"),)
