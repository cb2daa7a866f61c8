"""When each scheduled job last ran, and how it ended."""

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
