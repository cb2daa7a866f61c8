"""Passes over WeChat's own lists, where each of them stands, and what differed."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.records import Record

SCOPES = ("staff", "tags", "contacts", "groups", "fans")


class ReconcileRun(Record):
    """One pass over one of WeChat's lists; removals are applied only when all was read (`complete`).

    app: corp or official account. state: running, waiting (until next_at), done or failed. plan: what is to be read,
    in order; position and cursor: how far it is, so that a killed pass goes on there. held: what is looked at again
    before anybody is taken out. mark: where the next incremental pass begins.
    """

    scope = fields.CharField(max_length=20)
    app = fields.CharField(max_length=64, default="", db_default="")
    is_full = fields.BooleanField(default=True, db_default=True)
    state = fields.CharField(max_length=12, default="done", db_default="done")
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    complete = fields.BooleanField(default=False, db_default=False)
    plan: list[Any] | None = fields.JSONField(null=True)
    position = fields.IntField(default=0, db_default=0)
    cursor = fields.TextField(default="", db_default="")
    mark = fields.TextField(default="", db_default="")
    held: list[str] = fields.JSONField(default=list, db_default="[]")
    calls = fields.IntField(default=0, db_default=0)
    seen = fields.IntField(default=0, db_default=0)
    added = fields.IntField(default=0, db_default=0)
    removed = fields.IntField(default=0, db_default=0)
    changed = fields.IntField(default=0, db_default=0)
    troubles = fields.IntField(default=0, db_default=0)
    next_at = fields.DatetimeField(null=True)
    lease_owner = fields.CharField(max_length=40, default="", db_default="")
    lease_until = fields.DatetimeField(null=True)
    asked_by_id = fields.BigIntField(null=True)
    problem = fields.TextField(default="", db_default="")

    class Meta:
        table = "reconcile_run"
        indexes = (("scope", "started_at"), ("state", "next_at"))


class Drift(Record):
    """What one pass found to differ. what: contact, contact_tag, tag, group, member, fan or staff.

    kind: missing_here, missing_there or differs (then `field`). mended: how many were made equal. samples: a few, their
    platform ids masked, with the number of our own row where there is one.
    """

    run: fields.ForeignKeyRelation[ReconcileRun] = fields.ForeignKeyField(
        "community.ReconcileRun", on_delete=fields.CASCADE
    )
    run_id: int
    what = fields.CharField(max_length=16)
    kind = fields.CharField(max_length=16)
    field = fields.CharField(max_length=32, default="", db_default="")
    count = fields.IntField(default=0, db_default=0)
    mended = fields.IntField(default=0, db_default=0)
    samples: list[dict[str, Any]] = fields.JSONField(default=list, db_default="[]")

    class Meta:
        table = "reconcile_drift"
        unique_together = (("run_id", "what", "kind", "field"),)
