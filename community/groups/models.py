"""Client groups of WeCom and who is in them."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record
from staff.models import Staff


class Group(Record):
    """A client group; `status` is active or dismissed, `member_version` WeCom's own version of the member list.

    stale_at: since when we know that our member list is not WeCom's; awaited_version: the one a snapshot should bring;
    past_versions: those we went through lately, comma-separated: a snapshot with one of them lags behind what we know.
    """

    corpid = fields.CharField(max_length=64)
    chat_id = fields.CharField(max_length=64)
    name = fields.CharField(max_length=120, default="", db_default="")
    notice = fields.TextField(default="", db_default="")
    owner: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, related_name="groups", on_delete=fields.RESTRICT
    )
    owner_id: int | None
    owner_userid = fields.CharField(max_length=64, default="", db_default="")
    member_version = fields.CharField(max_length=64, default="", db_default="")
    status = fields.CharField(max_length=12, default="active", db_default="active")
    opened_at = fields.DatetimeField(null=True)
    dismissed_at = fields.DatetimeField(null=True)
    read_at = fields.DatetimeField(null=True)
    stale_at = fields.DatetimeField(null=True)
    awaited_version = fields.CharField(max_length=64, default="", db_default="")
    past_versions = fields.TextField(default="", db_default="")
    seen_run_id = fields.BigIntField(null=True)
    welcome_text = fields.TextField(default="", db_default="")

    class Meta:
        table = "client_group"
        unique_together = (("corpid", "chat_id"),)


class Membership(Record):
    """One person's place in one group; `left_at` null while inside. Coming back reopens the row, not the welcome."""

    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("community.Group", on_delete=fields.CASCADE)
    group_id: int
    member_id = fields.CharField(max_length=64)
    is_client = fields.BooleanField()
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "community.Client", null=True, on_delete=fields.SET_NULL
    )
    client_id: int | None
    joined_at = fields.DatetimeField(null=True)
    join_scene = fields.IntField(null=True)
    left_at = fields.DatetimeField(null=True)
    quit_scene = fields.IntField(null=True)
    times_joined = fields.IntField(default=1, db_default=1)
    welcomed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "membership"
        unique_together = (("group_id", "member_id"),)
        indexes = (("client_id",),)


class ReconcileRun(Record):
    """One full pass over WeCom's own lists; removals are applied only when `complete`."""

    scope = fields.CharField(max_length=20)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    complete = fields.BooleanField(default=False, db_default=False)
    seen = fields.IntField(default=0, db_default=0)
    added = fields.IntField(default=0, db_default=0)
    removed = fields.IntField(default=0, db_default=0)
    problem = fields.TextField(default="", db_default="")

    class Meta:
        table = "reconcile_run"
        indexes = (("scope", "started_at"),)
