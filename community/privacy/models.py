"""Requests of clients about their own data, the evidence of what was done, and the retention policy."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel import sealing
from kernel.records import Record

REQUEST_KINDS = ("see", "correct", "withdraw", "erase")


class PrivacyRequest(Record):
    """A client asks to see, correct, withdraw or erase; state open, done, refused. `source`: portal, staff, letter.

    client_id stays after an erasure: a number that points nowhere. wish_sealed: what should be corrected, in the
    client's words. evidence: what was done, table by table, without personal data.
    """

    client_id = fields.BigIntField(db_index=True)
    kind = fields.CharField(max_length=12)
    source = fields.CharField(max_length=12)
    state = fields.CharField(max_length=12, default="open", db_default="open")
    due_at = fields.DatetimeField()
    wish_sealed = fields.BinaryField(null=True)
    change_sealed = fields.BinaryField(null=True)
    asked_by_id = fields.BigIntField(null=True)
    handled_by_id = fields.BigIntField(null=True)
    handled_at = fields.DatetimeField(null=True)
    answer = fields.CharField(max_length=500, default="", db_default="")
    evidence: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")

    class Meta:
        table = "privacy_request"
        indexes = (("state", "due_at"),)


class RetentionRule(Record):
    """How long one kind of data is kept (days after it ended), and on what basis; the newest effective day holds."""

    kind = fields.CharField(max_length=40)
    effective_on = fields.DateField()
    days = fields.IntField()
    basis = fields.CharField(max_length=200)

    class Meta:
        table = "retention_rule"
        unique_together = (("kind", "effective_on"),)


class RetentionRun(Record):
    """One pass of one rule: rows that ended before `cutoff_at`, in batches; finished_at null while it goes on."""

    kind = fields.CharField(max_length=40)
    days = fields.IntField()
    cutoff_at = fields.DatetimeField()
    rows = fields.IntField(default=0, db_default=0)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "retention_run"
        indexes = (("kind", "started_at"),)


class Partner(Record):
    """A company with which a client may let the bank share data; `what` says in Chinese which data, and for what."""

    name = fields.CharField(max_length=80, unique=True)
    what = fields.CharField(max_length=200)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "partner"


SEALED = (
    sealing.Column("privacy_request", "wish_sealed", "wish"),
    sealing.Column("privacy_request", "change_sealed", "change"),
)
