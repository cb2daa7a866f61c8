"""Saved segments: named conditions."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.records import Record
from staff.models import Staff


class Segment(Record):
    """Conditions with a name; the form of `conditions` is defined in campaigns.audience.conditions."""

    name = fields.CharField(max_length=80, unique=True)
    conditions: dict[str, Any] = fields.JSONField()
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    by_id: int

    class Meta:
        table = "segment"
