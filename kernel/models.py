"""When each scheduled job last ran, and the data keys with which personal data is sealed."""

from __future__ import annotations

from tortoise import fields

from kernel.records import Record


class JobRun(Record):
    """One run of a job of the timetable; `outcome` is running, done or failed, `detail` holds no personal data."""

    job = fields.CharField(max_length=80)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=12, default="running", db_default="running")
    detail = fields.TextField(default="", db_default="")

    class Meta:
        table = "job_run"
        indexes = (("job", "started_at"),)


class DataKey(Record):
    """One data key, wrapped by the key source: state announced, current, retired (opens, seals no more) or destroyed.

    epoch: the number in front of every value sealed with it. is_direct: seals without a key of its own for each table
    (from before there were epochs). A destroyed key's bytes are gone (`wrapped` null).
    """

    epoch = fields.IntField(unique=True)
    wrapped = fields.BinaryField(null=True)
    is_direct = fields.BooleanField(default=False, db_default=False)
    state = fields.CharField(max_length=12, default="announced", db_default="announced")
    announced_at = fields.DatetimeField(null=True)
    current_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)
    destroyed_at = fields.DatetimeField(null=True)
    by_id = fields.BigIntField(null=True)
    source = fields.CharField(max_length=120, default="", db_default="")

    class Meta:
        table = "data_key"


class KeyRotation(Record):
    """Sealing everything anew with the key of `epoch`: state running, paused or done."""

    epoch = fields.IntField(unique=True)
    state = fields.CharField(max_length=12, default="running", db_default="running")
    by_id = fields.BigIntField(null=True)
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "key_rotation"
        indexes = (("state",),)


class KeyRotationColumn(Record):
    """How far a rotation is in one column: `cursor` is the last row looked at.

    total: rows when it began; seen: rows looked at; done: values sealed anew; broken: values that don't
    open at all; remaining: values of other epochs at the last count.
    """

    rotation: fields.ForeignKeyRelation[KeyRotation] = fields.ForeignKeyField(
        "kernel.KeyRotation", related_name="columns", on_delete=fields.CASCADE
    )
    rotation_id: int
    table_name = fields.CharField(max_length=64)
    column_name = fields.CharField(max_length=64)
    total = fields.BigIntField(default=0, db_default=0)
    cursor = fields.BigIntField(default=0, db_default=0)
    seen = fields.BigIntField(default=0, db_default=0)
    done = fields.BigIntField(default=0, db_default=0)
    broken = fields.BigIntField(default=0, db_default=0)
    remaining = fields.BigIntField(null=True)
    is_through = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "key_rotation_column"
        unique_together = (("rotation_id", "table_name", "column_name"),)
