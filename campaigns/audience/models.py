"""Saved segments in their versions, and lists of clients that somebody brought along."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record
from staff.models import Staff


class Segment(Record):
    """Conditions with a name; the form of `conditions` is defined in campaigns.audience.conditions.

    conditions and version: the newest ones (see SegmentVersion for all). retired_at: not to be chosen any more.
    """

    name = fields.CharField(max_length=80, unique=True)
    conditions: dict[str, Any] = fields.JSONField()
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    by_id: int
    version = fields.IntField(default=1, db_default=1)
    saved_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "segment"


class SegmentVersion(Record):
    """What a segment meant at one time; never changed, so that what names it ("12.3") stays what was approved."""

    segment: fields.ForeignKeyRelation[Segment] = fields.ForeignKeyField(
        "campaigns.Segment", related_name="versions", on_delete=fields.CASCADE
    )
    segment_id: int
    version = fields.IntField()
    conditions: dict[str, Any] = fields.JSONField()
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="segment_versions", on_delete=fields.RESTRICT
    )
    by_id: int

    class Meta:
        table = "segment_version"
        unique_together = (("segment_id", "version"),)


class AudienceList(Record):
    """Clients named by a file or by hand, for use in conditions; whoever is on it must be in the author's scope, too.

    rows_found: rows that named a client whom the person may see; rows_refused: all others, each with its reason.
    """

    name = fields.CharField(max_length=80, unique=True)
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="audience_lists", on_delete=fields.RESTRICT
    )
    by_id: int
    rows_total = fields.IntField(default=0, db_default=0)
    rows_found = fields.IntField(default=0, db_default=0)
    rows_refused = fields.IntField(default=0, db_default=0)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "audience_list"


class AudienceListMember(Record):
    """A client on a list."""

    list: fields.ForeignKeyRelation[AudienceList] = fields.ForeignKeyField(
        "campaigns.AudienceList", related_name="members", on_delete=fields.CASCADE
    )
    list_id: int
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int

    class Meta:
        table = "audience_list_member"
        unique_together = (("list_id", "client_id"),)
        indexes = (("client_id",),)


class AudienceListRefusal(Record):
    """A row of a list that was not taken, by its number and the reason; what stood in it is not kept."""

    list: fields.ForeignKeyRelation[AudienceList] = fields.ForeignKeyField(
        "campaigns.AudienceList", related_name="refusals", on_delete=fields.CASCADE
    )
    list_id: int
    row_number = fields.IntField()
    code = fields.CharField(max_length=40)
    message = fields.CharField(max_length=200)

    class Meta:
        table = "audience_list_refusal"
        indexes = (("list_id", "row_number"),)
