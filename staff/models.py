"""People who work here: branches, staff, their sessions, approvals they ask and give, and what they did."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.records import Record

ROLES = ("marketing", "director", "branch_head", "reviewer", "administrator")


class Branch(Record):
    """A branch of the bank."""

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=80)

    class Meta:
        table = "branch"


class Staff(Record):
    """One employee; `role` is one of ROLES, `wecom_userid` names them in WeCom."""

    login = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=64)
    role = fields.CharField(max_length=20)
    branch: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "staff.Branch", null=True, on_delete=fields.RESTRICT
    )
    branch_id: int | None
    wecom_userid = fields.CharField(max_length=64, null=True, unique=True)
    password_hash = fields.CharField(max_length=200, default="", db_default="")
    is_active = fields.BooleanField(default=True, db_default=True)
    failed_sign_ins = fields.IntField(default=0, db_default=0)
    next_sign_in_at = fields.DatetimeField(null=True)
    language = fields.CharField(max_length=8, default="zh-CN", db_default="zh-CN")

    class Meta:
        table = "staff"


class Session(Record):
    """A signed-in browser: only the hash of its token is kept."""

    token_hash = fields.CharField(max_length=64, unique=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.CASCADE)
    staff_id: int
    csrf = fields.CharField(max_length=64)
    last_seen_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    address = fields.CharField(max_length=64, default="", db_default="")

    class Meta:
        table = "session"


class Approval(Record):
    """A second person's word on exact content: state waiting, approved, returned, void or withdrawn."""

    subject = fields.CharField(max_length=40)
    subject_id = fields.BigIntField()
    content_hash = fields.CharField(max_length=64)
    summary: dict[str, Any] = fields.JSONField(default=dict)
    asked_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="approvals_asked", on_delete=fields.RESTRICT
    )
    asked_by_id: int
    state = fields.CharField(max_length=12, default="waiting", db_default="waiting")
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="approvals_decided", null=True, on_delete=fields.RESTRICT
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    note = fields.TextField(default="", db_default="")

    class Meta:
        table = "approval"
        indexes = (("subject", "subject_id"), ("state", "created_at"))


class AuditEntry(Record):
    """Who did what to which thing, and when; `detail` holds no personal data."""

    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, on_delete=fields.RESTRICT
    )
    staff_id: int | None
    action = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=40, default="", db_default="")
    subject_id = fields.BigIntField(null=True)
    detail: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "audit_entry"
        indexes = (("subject", "subject_id"), ("created_at",))
