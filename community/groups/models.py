"""Client groups of WeCom and who is in them."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record
from staff.models import Staff


class Group(Record):
    """A client group; `status` is active or dismissed, `member_version` WeCom's own version of the member list.

    stale_at: since when we know that our member list is not WeCom's; awaited_version: the one a snapshot should bring;
    listed_at: when we asked for the newest snapshot that we took over;
    past_versions: those we went through lately, comma-separated: a snapshot with one of them lags behind what we know.
    dismissed_how: dismissed (told), gone (missing in a complete list) or unreadable. local_tags, note: the bank's own.
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
    listed_at = fields.DatetimeField(null=True)
    awaited_version = fields.CharField(max_length=64, default="", db_default="")
    past_versions = fields.TextField(default="", db_default="")
    seen_run_id = fields.BigIntField(null=True)
    welcome_text = fields.TextField(default="", db_default="")
    dismissed_how = fields.CharField(max_length=12, default="", db_default="")
    local_tags: list[str] = fields.JSONField(default=list, db_default="[]")
    note = fields.TextField(default="", db_default="")

    class Meta:
        table = "client_group"
        unique_together = (("corpid", "chat_id"),)


class Membership(Record):
    """One person's place in one group; `left_at` null while inside. Coming back reopens the row, not the welcome.

    left_how: left, removed, gone (missing in WeCom's list) or dismissed (with the group).
    """

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
    left_how = fields.CharField(max_length=12, default="", db_default="")
    times_joined = fields.IntField(default=1, db_default=1)
    welcomed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "membership"
        unique_together = (("group_id", "member_id"),)
        indexes = (("client_id",),)


class JoinWay(Record):
    """A code of ours that leads into up to five groups; ended_at: taken back in WeCom by us."""

    corpid = fields.CharField(max_length=64)
    config_id = fields.CharField(max_length=64)
    chat_ids: list[str] = fields.JSONField(default=list)
    state_param = fields.CharField(max_length=64, default="", db_default="")
    opens_rooms = fields.BooleanField(default=False, db_default=False)
    note = fields.CharField(max_length=80, default="", db_default="")
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "join_way"
        unique_together = (("corpid", "config_id"),)
