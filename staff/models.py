"""People who work here: the organisation, staff, their sessions, approvals they ask and give, and what they did."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel import sealing
from kernel.records import Record

ROLES = ("marketing", "director", "branch_head", "reviewer", "administrator", "auditor")
REACHES = ("own", "team", "sub_branch", "branch", "bank")
UNIT_KINDS = ("branch", "sub_branch", "team")


class Branch(Record):
    """A unit of the bank's organisation tree: a branch, a sub-branch or a team; the bank itself stands above them all.

    path: the ids from the top down to this unit, each followed by a slash ("3/8/21/"), so that a subtree is a prefix.
    """

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=12, default="branch", db_default="branch")
    parent: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "staff.Branch", related_name="units", null=True, on_delete=fields.RESTRICT
    )
    parent_id: int | None
    path = fields.CharField(max_length=200, default="", db_default="", db_index=True)
    is_closed = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "branch"


class Staff(Record):
    """One employee; `role` is one of ROLES, `wecom_userid` names them in WeCom.

    wecom_corpid: the corp that `wecom_userid` is of; empty: the primary one.
    branch: the unit they work in; none: the bank's head office. reach: how far up from there they see (REACHES).
    totp_sealed: secret of the second factor (table `staff`, column `totp`), in use since totp_since; totp_last_step:
    the newest time step whose code was used. in_committee: sits on the review committee for conflicts of interest.
    """

    login = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=64)
    role = fields.CharField(max_length=20)
    branch: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "staff.Branch", null=True, on_delete=fields.RESTRICT
    )
    branch_id: int | None
    reach = fields.CharField(max_length=12, default="own", db_default="own")
    wecom_userid = fields.CharField(max_length=64, null=True, unique=True)
    wecom_corpid = fields.CharField(max_length=64, default="", db_default="")
    password_hash = fields.CharField(max_length=200, default="", db_default="")
    is_active = fields.BooleanField(default=True, db_default=True)
    failed_sign_ins = fields.IntField(default=0, db_default=0)
    next_sign_in_at = fields.DatetimeField(null=True)
    language = fields.CharField(max_length=8, default="zh-CN", db_default="zh-CN")
    totp_sealed = fields.BinaryField(null=True)
    totp_since = fields.DatetimeField(null=True)
    totp_last_step = fields.BigIntField(null=True)
    left_at = fields.DatetimeField(null=True)
    in_committee = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "staff"


class Delegation(Record):
    """One person stands in for another from a day until a day (Shanghai, both inclusive), or until it was ended."""

    absent: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="delegations_given", on_delete=fields.RESTRICT
    )
    absent_id: int
    deputy: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="delegations_taken", on_delete=fields.RESTRICT
    )
    deputy_id: int
    from_on = fields.DateField()
    until_on = fields.DateField()
    reason = fields.CharField(max_length=200, default="", db_default="")
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delegation"
        indexes = (("deputy_id", "until_on"), ("absent_id", "until_on"))


class Interest(Record):
    """What a person declared: `kind` product, company or client; `ref` its code, name or client number."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="interests", on_delete=fields.RESTRICT
    )
    staff_id: int
    kind = fields.CharField(max_length=12)
    ref = fields.CharField(max_length=80)
    relation = fields.CharField(max_length=200, default="", db_default="")
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "interest"
        indexes = (("kind", "ref"), ("staff_id",))


class Session(Record):
    """A signed-in browser: only the hash of its token is kept. `how`: password, wecom or invitation.

    has_second_factor: a code was given at sign-in. stepped_up_at: when the person last proved to be there again.
    """

    token_hash = fields.CharField(max_length=64, unique=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.CASCADE)
    staff_id: int
    csrf = fields.CharField(max_length=64)
    last_seen_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    address = fields.CharField(max_length=64, default="", db_default="")
    browser = fields.CharField(max_length=200, default="", db_default="")
    how = fields.CharField(max_length=12, default="password", db_default="password")
    has_second_factor = fields.BooleanField(default=False, db_default=False)
    stepped_up_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class Approval(Record):
    """A second person's word on exact content: state waiting, approved, returned, void, withdrawn or expired.

    needs: how many people must say yes. size: reach or value that was compared with the rule. needs_committee: a
    declared interest is touched (`touches`: refs like product:R12), so that one of the yeses is the committee's.
    """

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
    needs = fields.IntField(default=1, db_default=1)
    size = fields.BigIntField(default=0, db_default=0)
    needs_committee = fields.BooleanField(default=False, db_default=False)
    touches: list[str] = fields.JSONField(default=list, db_default="[]")
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "approval"
        indexes = (("subject", "subject_id"), ("state", "created_at"), ("state", "expires_at"))


class Vote(Record):
    """One person's yes or no to an approval; on_behalf_of: the absent person they stood in for."""

    approval: fields.ForeignKeyRelation[Approval] = fields.ForeignKeyField(
        "staff.Approval", related_name="votes", on_delete=fields.RESTRICT
    )
    approval_id: int
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="votes", on_delete=fields.RESTRICT
    )
    staff_id: int
    on_behalf_of: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="votes_by_deputies", null=True, on_delete=fields.RESTRICT
    )
    on_behalf_of_id: int | None
    is_yes = fields.BooleanField()
    is_committee = fields.BooleanField(default=False, db_default=False)
    note = fields.TextField(default="", db_default="")

    class Meta:
        table = "vote"
        unique_together = (("approval_id", "staff_id"),)


class LineComment(Record):
    """A reviewer's remark on one line; `anchor` names the text (a step's code), `line` counts from 1."""

    approval: fields.ForeignKeyRelation[Approval] = fields.ForeignKeyField(
        "staff.Approval", related_name="comments", on_delete=fields.RESTRICT
    )
    approval_id: int
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    staff_id: int
    anchor = fields.CharField(max_length=40)
    line = fields.IntField()
    text = fields.CharField(max_length=500)

    class Meta:
        table = "line_comment"
        indexes = (("approval_id",),)


class ApprovalRule(Record):
    """When one subject needs a second yes and how long a question stays open; the newest effective day is in force."""

    subject = fields.CharField(max_length=40)
    effective_on = fields.DateField()
    second_above = fields.BigIntField(null=True)
    expires_hours = fields.IntField(default=72, db_default=72)

    class Meta:
        table = "approval_rule"
        unique_together = (("subject", "effective_on"),)


class AuditEntry(Record):
    """Who did what to which thing, and when; `detail` holds no personal data. Never updated, never deleted.

    mac: keyed proof over the whole entry, made when it was written (see audit_mac).
    """

    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, on_delete=fields.RESTRICT
    )
    staff_id: int | None
    action = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=40, default="", db_default="")
    subject_id = fields.BigIntField(null=True)
    detail: dict[str, Any] = fields.JSONField(default=dict)
    request_id = fields.CharField(max_length=64, default="", db_default="")
    mac = fields.CharField(max_length=64, default="", db_default="")

    class Meta:
        table = "audit_entry"
        indexes = (("subject", "subject_id"), ("created_at",), ("staff_id", "id"), ("request_id",))


class AuditWaiting(Record):
    """An entry that has no link yet: written with the entry, gone when the entry is linked."""

    entry_id = fields.BigIntField(unique=True)

    class Meta:
        table = "audit_waiting"


class AuditLink(Record):
    """The place of one entry in the chain: positions count from 1 without a gap. Never updated, never deleted.

    hash: SHA-256 over the hash before and the entry, in hex; there is no reference, so that a lost entry shows.
    """

    position = fields.BigIntField(unique=True)
    entry_id = fields.BigIntField(unique=True)
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "audit_link"


class AuditCheck(Record):
    """One verification of the chain, asked for on the page: state running, sound, broken or failed, and how far."""

    asked_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    asked_by_id: int
    state = fields.CharField(max_length=8, default="running", db_default="running")
    done = fields.BigIntField(default=0, db_default=0)
    total = fields.BigIntField(default=0, db_default=0)
    finding: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "audit_check"


SEALED = (sealing.Column("staff", "totp_sealed", "totp"),)
