"""The library: texts that can be used again; saving makes a new version."""

from __future__ import annotations

from tortoise import fields

from kernel.records import Record
from staff.models import Staff


class Piece(Record):
    """A reusable text with an optional link card; `series` groups the versions of one piece."""

    series = fields.CharField(max_length=40)
    version = fields.IntField()
    title = fields.CharField(max_length=80)
    text = fields.TextField()
    link_title = fields.CharField(max_length=64, default="", db_default="")
    link_url = fields.CharField(max_length=300, default="", db_default="")
    retired_at = fields.DatetimeField(null=True)
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    by_id: int

    class Meta:
        table = "piece"
        unique_together = (("series", "version"),)
